// Vision transformer for faces (https://arxiv.org/abs/2010.11929) as InsightFace trains it: patches of 9x9 pixels (12x12 tokens), no
// class token, learned positions, 8 heads, MLP x4 with ReLU6, all tokens together -> linear -> BN -> linear -> BN (eps 2e-5).
// In training a part of the tokens is hidden (https://arxiv.org/abs/2111.06377) and put back as one learned token before the head.
import { nn, noGrad, type OnnxGraph, ops, rand, type Tensor, zeros } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import { Backbone, type BackboneOptions, requireCount } from './backbone.js';
import { TransformerBlock } from './transformer-block.js';

/** Settings of a {@link VisionTransformer}. */
export interface VisionTransformerOptions extends BackboneOptions {
  /** Width of a token, such as 256. */
  readonly width: number;
  /** Number of transformer blocks, such as 12. */
  readonly depth: number;
  /** Attention heads; 8 by default. */
  readonly heads?: number;
  /** Side of a patch in pixels; 9 by default. Pixels beyond the last whole patch are not seen. */
  readonly patchSize?: number;
  /** Drop-path rate of the last block, growing evenly from 0 in the first; 0.1 by default. */
  readonly dropPath?: number;
  /** Part of the tokens hidden in training; 0.1 by default. */
  readonly maskRatio?: number;
}

/** `[N, 3, 112, 112]` to `[N, 512]`. */
export class VisionTransformer extends Backbone {
  readonly pos_embed: Tensor;
  readonly mask_token: Tensor;
  readonly patch_embed: PatchEmbedding;
  readonly blocks: readonly nn.Module[];
  readonly norm: nn.LayerNorm;
  readonly feature: readonly nn.Module[];
  readonly width: number;
  readonly tokens: number;
  readonly maskRatio: number;

  constructor(options: VisionTransformerOptions) {
    super(options);
    const patchSize = requireCount('patchSize', options.patchSize ?? 9);
    this.width = requireCount('width', options.width);
    this.tokens = Math.floor(this.inputSize / patchSize) ** 2;
    if (this.tokens === 0)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `A patch of ${patchSize} pixels does not fit into an input of ${this.inputSize}: give a smaller patchSize.`,
      );
    this.maskRatio = requireRatio('maskRatio', options.maskRatio ?? 0.1);
    const dropPath = requireRatio('dropPath', options.dropPath ?? 0.1);

    this.pos_embed = nn.parameter(zeros([1, this.tokens, this.width]));
    this.mask_token = nn.parameter(zeros([1, 1, this.width]));
    this.patch_embed = new PatchEmbedding(this.width, patchSize);
    const depth = requireCount('depth', options.depth);
    this.blocks = Array.from(
      { length: depth },
      (_, index) =>
        new TransformerBlock(
          this.width,
          options.heads ?? 8,
          depth > 1 ? (dropPath * index) / (depth - 1) : 0,
        ),
    );
    this.norm = new nn.LayerNorm(this.width);
    this.feature = [
      new nn.Linear(this.tokens * this.width, this.width, { bias: false }),
      new nn.BatchNorm1d(this.width, { eps: 2e-5 }),
      new nn.Linear(this.width, this.embeddingSize, { bias: false }),
      new nn.BatchNorm1d(this.embeddingSize, { eps: 2e-5 }),
    ];
    this.#initialize();
  }

  forward(x: Tensor): Tensor {
    const placed = ops.add(this.patch_embed.call(x), this.pos_embed);
    const features = this.training && this.maskRatio > 0 ? this.#forwardMasked(placed) : this.#encode(placed);
    return nn.chain(ops.flatten(features, 1), this.feature);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const placed = graph.node('Add', [graph.chain(input, [this.patch_embed]), graph.weight(this.pos_embed)]);
    const encoded = graph.chain(placed, [...this.blocks, this.norm]);
    return graph.chain(encoded, [new nn.Flatten(), ...this.feature]);
  }

  #encode(tokens: Tensor): Tensor {
    return nn.chain(tokens, [...this.blocks, this.norm]);
  }

  /** Encodes a random part of the tokens of each picture and puts the learned token in the others' places. */
  #forwardMasked(tokens: Tensor): Tensor {
    const [batch = 0] = tokens.shape;
    const kept = Math.max(1, Math.floor(this.tokens * (1 - this.maskRatio)));
    const { order, places } = noGrad(() => {
      const noise = rand([batch, this.tokens], { device: tokens.device });
      const order = ops.argsort(noise, 1);
      return { order, places: ops.argsort(order, 1) };
    });
    const pick = (from: Tensor, index: Tensor) =>
      ops.gather(from, 1, ops.expand(ops.unsqueeze(index, -1), [-1, -1, this.width]));
    const encoded = this.#encode(pick(tokens, ops.narrow(order, 1, 0, kept)));
    const hidden = ops.expand(this.mask_token, [batch, this.tokens - kept, -1]);
    return pick(ops.cat([encoded, hidden], 1), places);
  }

  #initialize(): void {
    nn.truncatedNormal_(this.pos_embed, 0, 0.02);
    nn.normal_(this.mask_token, 0, 0.02);
    for (const module of this.modules()) {
      if (!(module instanceof nn.Linear)) continue;
      nn.truncatedNormal_(module.weight, 0, 0.02);
      if (module.bias) nn.constant_(module.bias, 0);
    }
  }
}

/** `[N, 3, S, S]` to `[N, tokens, width]`. */
class PatchEmbedding extends nn.Module {
  readonly proj: nn.Conv2d;

  constructor(width: number, patchSize: number) {
    super();
    this.proj = new nn.Conv2d(3, width, patchSize, { stride: patchSize });
  }

  forward(x: Tensor): Tensor {
    return ops.transpose(ops.flatten(this.proj.call(x), 2), 1, 2);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const width = this.proj.weight.shape[0]!;
    const rows = graph.reshape(graph.chain(input, [this.proj]), [0, width, -1]);
    return graph.transpose(rows, [0, 2, 1]);
  }
}

function requireRatio(name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new InsightFaceError('INVALID_ARGUMENT', `${name} must be from 0 to below 1, not ${value}.`);
}
