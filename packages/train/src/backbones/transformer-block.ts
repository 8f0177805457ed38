// A pre-norm transformer block: self-attention, then a perceptron, each added to its input (https://arxiv.org/abs/2010.11929).
import { nn, type OnnxGraph, ops, type Tensor } from '@insightface-ts/torch';

const MLP_RATIO = 4;

/** `[N, tokens, width]` to the same. */
export class TransformerBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly norm2: nn.LayerNorm;
  readonly attn: nn.Attention;
  readonly mlp: Perceptron;
  readonly drop_path: nn.DropPath;

  /** @param dropPath part of the samples for which a branch is left out in training. */
  constructor(width: number, heads: number, dropPath: number) {
    super();
    this.norm1 = new nn.LayerNorm(width);
    this.norm2 = new nn.LayerNorm(width);
    this.attn = new nn.Attention(width, { heads });
    this.mlp = new Perceptron(width, MLP_RATIO * width);
    this.drop_path = new nn.DropPath(dropPath);
  }

  forward(x: Tensor): Tensor {
    const attended = ops.add(x, nn.chain(x, [this.norm1, this.attn, this.drop_path]));
    return ops.add(attended, nn.chain(attended, [this.norm2, this.mlp, this.drop_path]));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const attended = graph.node('Add', [input, graph.chain(input, [this.norm1, this.attn])]);
    return graph.node('Add', [attended, graph.chain(attended, [this.norm2, this.mlp])]);
  }
}

class Perceptron extends nn.Module {
  readonly fc1: nn.Linear;
  readonly act = new nn.ReLU6();
  readonly fc2: nn.Linear;

  constructor(width: number, hidden: number) {
    super();
    this.fc1 = new nn.Linear(width, hidden);
    this.fc2 = new nn.Linear(hidden, width);
  }

  forward(x: Tensor): Tensor {
    return nn.chain(x, [this.fc1, this.act, this.fc2]);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.chain(input, [this.fc1, this.act, this.fc2]);
  }
}
