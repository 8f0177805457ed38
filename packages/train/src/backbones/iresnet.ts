// The improved residual networks of ArcFace (https://arxiv.org/abs/1801.07698, section 3.2; blocks: https://arxiv.org/abs/1610.02915).
// Stem 3x3 stride 1, four stages that halve the map, BN-dropout-FC-BN head. Names as in InsightFace's arcface_torch.
// Convolutions start as N(0, 0.1); the gain of the last normalisation stays 1.
import { nn, type OnnxGraph, ops, type Tensor } from '@insightface-ts/torch';
import { Backbone, type BackboneOptions, requireCount } from './backbone.js';

/** Settings of an {@link IResNet}. */
export interface IResNetOptions extends BackboneOptions {
  /** Blocks of the four stages, such as `[3, 4, 14, 3]`. */
  readonly blocks: readonly [number, number, number, number];
  /** Channels of the four stages; 64, 128, 256, 512 by default. */
  readonly channels?: readonly [number, number, number, number];
  /** Part of the last feature map that is dropped in training; 0 by default. */
  readonly dropout?: number;
}

/** `[N, 3, 112, 112]` to `[N, 512]`. */
export class IResNet extends Backbone {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly prelu: nn.PReLU;
  readonly layer1: readonly nn.Module[];
  readonly layer2: readonly nn.Module[];
  readonly layer3: readonly nn.Module[];
  readonly layer4: readonly nn.Module[];
  readonly bn2: nn.BatchNorm2d;
  readonly dropout: nn.Dropout;
  readonly flatten = new nn.Flatten();
  readonly fc: nn.Linear;
  readonly features: nn.BatchNorm1d;

  constructor(options: IResNetOptions) {
    super(options);
    const channels = options.channels ?? [64, 128, 256, 512];
    const [first, second, third, fourth] = channels;
    this.conv1 = convolution(3, first, 3, 1);
    this.bn1 = new nn.BatchNorm2d(first);
    this.prelu = new nn.PReLU(first);
    this.layer1 = stage(first, first, options.blocks[0]);
    this.layer2 = stage(first, second, options.blocks[1]);
    this.layer3 = stage(second, third, options.blocks[2]);
    this.layer4 = stage(third, fourth, options.blocks[3]);
    this.bn2 = new nn.BatchNorm2d(fourth);
    this.dropout = new nn.Dropout(options.dropout ?? 0);
    this.fc = new nn.Linear(fourth * this.mapSize() ** 2, this.embeddingSize);
    this.features = new nn.BatchNorm1d(this.embeddingSize);
    this.features.weight.requiresGrad = false;
  }

  forward(x: Tensor): Tensor {
    return nn.chain(x, this.#steps());
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.chain(input, this.#steps());
  }

  #steps(): nn.Module[] {
    const stages = [...this.layer1, ...this.layer2, ...this.layer3, ...this.layer4];
    const head = [this.bn2, this.dropout, this.flatten, this.fc, this.features];
    return [this.conv1, this.bn1, this.prelu, ...stages, ...head];
  }
}

/** BN - conv - BN - PReLU - conv (stride) - BN, added to the input; where the shape changes, to its 1x1 convolution. */
class Block extends nn.Module {
  readonly bn1: nn.BatchNorm2d;
  readonly conv1: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  readonly prelu: nn.PReLU;
  readonly conv2: nn.Conv2d;
  readonly bn3: nn.BatchNorm2d;
  readonly downsample: readonly nn.Module[];

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    this.bn1 = new nn.BatchNorm2d(inputs);
    this.conv1 = convolution(inputs, outputs, 3, 1);
    this.bn2 = new nn.BatchNorm2d(outputs);
    this.prelu = new nn.PReLU(outputs);
    this.conv2 = convolution(outputs, outputs, 3, stride);
    this.bn3 = new nn.BatchNorm2d(outputs);
    const keepsShape = stride === 1 && inputs === outputs;
    this.downsample = keepsShape
      ? []
      : [convolution(inputs, outputs, 1, stride), new nn.BatchNorm2d(outputs)];
  }

  forward(x: Tensor): Tensor {
    return ops.add(nn.chain(x, this.#branch()), nn.chain(x, this.downsample));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.node('Add', [graph.chain(input, this.#branch()), graph.chain(input, this.downsample)]);
  }

  #branch(): nn.Module[] {
    return [this.bn1, this.conv1, this.bn2, this.prelu, this.conv2, this.bn3];
  }
}

function stage(inputs: number, outputs: number, blocks: number): Block[] {
  requireCount('The number of blocks', blocks);
  return Array.from({ length: blocks }, (_, index) =>
    index === 0 ? new Block(inputs, outputs, 2) : new Block(outputs, outputs, 1),
  );
}

function convolution(inputs: number, outputs: number, kernel: number, stride: number): nn.Conv2d {
  const layer = new nn.Conv2d(inputs, outputs, kernel, { stride, padding: (kernel - 1) / 2, bias: false });
  nn.normal_(layer.weight, 0, 0.1);
  return layer;
}
