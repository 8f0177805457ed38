// What a network costs: parameters and multiply-accumulates, layer by layer.
import type { Command } from 'commander';
import { print } from '../terminal.js';
import { parseBackboneOption } from './export.js';

interface SummaryCommandOptions {
  readonly json?: boolean;
}

export function addSummary(program: Command): void {
  program
    .command('summary')
    .description('count parameters and multiply-accumulates of a network')
    .argument('<backbone>', 'its name, such as mbf or r50, or JSON with its options')
    .option('--json', 'print one JSON object: parameters, macs')
    .addHelpText(
      'after',
      `
Examples:
  insightface summary r50
  insightface summary '{"name": "mbf", "embeddingSize": 256}' --json`,
    )
    .action(run);
}

async function run(name: string, { json }: SummaryCommandOptions): Promise<void> {
  const { createBackbone } = await import('@insightface-ts/train');
  const { summary } = await import('@insightface-ts/torch');
  const network = createBackbone(await parseBackboneOption(name));
  const result = summary(network, [1, 3, network.inputSize, network.inputSize]);
  if (json) {
    const { parameters, macs, input, output } = result;
    print(JSON.stringify({ parameters, macs, input, output }));
  } else print(result.toString());
  network.dispose();
}
