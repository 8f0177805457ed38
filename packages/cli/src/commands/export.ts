// A trained network as an ONNX file.
import type { Command } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { print } from '../terminal.js';

interface ExportCommandOptions {
  readonly out: string;
  readonly backbone?: string;
  readonly foldBn: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('write a trained network as ONNX')
    .argument('<run|checkpoint>', 'folder of a run or checkpoint, or a .pth or .safetensors file')
    .requiredOption('--out <file>', 'the .onnx file')
    .option('--backbone <name>', 'network of a weights file that does not say it, such as r50; or its JSON')
    .option('--no-fold-bn', 'keep batch normalisations as nodes of their own')
    .addHelpText(
      'after',
      `
Of a run, the best checkpoint is taken, else the newest.

Examples:
  insightface export runs/first --out first.onnx
  insightface export backbone.pth --backbone r50 --out r50.onnx`,
    )
    .action(run);
}

async function run(source: string, { out, backbone, foldBn }: ExportCommandOptions): Promise<void> {
  const { exportRun } = await import('@insightface-ts/train');
  const { inputSize, embeddingSize } = await exportRun(source, out, {
    foldBatchNorm: foldBn,
    ...(backbone !== undefined && { backbone: await parseBackboneOption(backbone) }),
  });
  print(`${out}: [N, 3, ${inputSize}, ${inputSize}] to [N, ${embeddingSize}]`);
}

/** `r50`, or `{"name": "r50", "embeddingSize": 256}`. */
export async function parseBackboneOption(text: string) {
  const { parseBackbone } = await import('@insightface-ts/train');
  if (!text.startsWith('{')) return parseBackbone({ name: text });
  try {
    return parseBackbone(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new InsightFaceError('INVALID_ARGUMENT', `The network's JSON does not read: ${cause.message}.`, {
        cause,
      });
    throw cause;
  }
}
