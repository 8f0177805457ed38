// MobileFaceNet (https://arxiv.org/abs/1804.07573) with InsightFace's widths: 64 x scale channels after the stem, 128 x scale from
// the fourth bottleneck on, expansions of 128, 256 and 512 that do not grow with the scale. Scale 1 is the paper's network.
// Names as in InsightFace's arcface_torch; convolutions and the linear layer start by Kaiming, fan-out.
import { nn, type OnnxGraph, ops, type Tensor } from '@insightface-ts/torch';
import { Backbone, type BackboneOptions, requireCount } from './backbone.js';

/** Settings of a {@link MobileFaceNet}. */
export interface MobileFaceNetOptions extends BackboneOptions {
  /** Width: 1 as in the paper, 2 and 4 as in InsightFace. */
  readonly scale: number;
  /** Convolution or residual blocks after the stem, then residual blocks of the three stages; `[1, 4, 6, 2]` by default. */
  readonly blocks?: readonly [number, number, number, number];
}

/** `[N, 3, 112, 112]` to `[N, 512]`. */
export class MobileFaceNet extends Backbone {
  readonly layers: readonly nn.Module[];
  readonly conv_sep: ConvolutionBlock;
  readonly features: GlobalDepthwise;

  constructor(options: MobileFaceNetOptions) {
    super(options);
    const narrow = 64 * requireCount('scale', options.scale);
    const wide = 2 * narrow;
    const blocks = options.blocks ?? [1, 4, 6, 2];
    this.layers = [
      new ConvolutionBlock(3, narrow, { kernel: 3, stride: 2 }),
      blocks[0] === 1
        ? new ConvolutionBlock(narrow, narrow, { kernel: 3, groups: 64 })
        : new ResidualBottlenecks(narrow, 128, blocks[0]),
      new Bottleneck(narrow, narrow, 128, 2),
      new ResidualBottlenecks(narrow, 128, blocks[1]),
      new Bottleneck(narrow, wide, 256, 2),
      new ResidualBottlenecks(wide, 256, blocks[2]),
      new Bottleneck(wide, wide, 512, 2),
      new ResidualBottlenecks(wide, 256, blocks[3]),
    ];
    this.conv_sep = new ConvolutionBlock(wide, 512);
    this.features = new GlobalDepthwise(this.mapSize(), this.embeddingSize);
  }

  forward(x: Tensor): Tensor {
    return nn.chain(x, this.#steps());
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.chain(input, this.#steps());
  }

  #steps(): nn.Module[] {
    return [...this.layers, this.conv_sep, this.features];
  }
}

interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** Modules one after another, named `layers.0`, `layers.1`, ... */
class Layers extends nn.Module {
  constructor(readonly layers: readonly nn.Module[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return nn.chain(x, this.layers);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.chain(input, this.layers);
  }
}

/** Convolution and normalisation. */
class LinearBlock extends Layers {
  constructor(inputs: number, outputs: number, options: ConvolutionOptions = {}) {
    super([convolution(inputs, outputs, options), new nn.BatchNorm2d(outputs)]);
  }
}

/** Convolution, normalisation and PReLU. */
class ConvolutionBlock extends Layers {
  constructor(inputs: number, outputs: number, options: ConvolutionOptions = {}) {
    super([convolution(inputs, outputs, options), new nn.BatchNorm2d(outputs), new nn.PReLU(outputs)]);
  }
}

/** 1x1 to the expansion, 3x3 depthwise, 1x1 down without activation. */
class Bottleneck extends Layers {
  constructor(inputs: number, outputs: number, expansion: number, stride: number) {
    super([
      new ConvolutionBlock(inputs, expansion),
      new ConvolutionBlock(expansion, expansion, { kernel: 3, stride, groups: expansion }),
      new LinearBlock(expansion, outputs),
    ]);
  }
}

class ResidualBottleneck extends Bottleneck {
  constructor(channels: number, expansion: number) {
    super(channels, channels, expansion, 1);
  }

  override forward(x: Tensor): Tensor {
    return ops.add(x, super.forward(x));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.node('Add', [input, super.toOnnx(graph, input)]);
  }
}

class ResidualBottlenecks extends Layers {
  constructor(channels: number, expansion: number, count: number) {
    requireCount('The number of blocks', count);
    super(Array.from({ length: count }, () => new ResidualBottleneck(channels, expansion)));
  }
}

/** Depthwise convolution over the whole map instead of average pooling, then the linear embedding. */
class GlobalDepthwise extends Layers {
  constructor(mapSize: number, embeddingSize: number) {
    const embedding = new nn.Linear(512, embeddingSize, { bias: false });
    nn.kaimingNormal_(embedding.weight, 'fanOut');
    super([
      new LinearBlock(512, 512, { kernel: mapSize, padding: 0, groups: 512 }),
      new nn.Flatten(),
      embedding,
      new nn.BatchNorm1d(embeddingSize),
    ]);
  }
}

function convolution(inputs: number, outputs: number, options: ConvolutionOptions): nn.Conv2d {
  const { kernel = 1, stride = 1, padding = (kernel - 1) / 2, groups = 1 } = options;
  const layer = new nn.Conv2d(inputs, outputs, kernel, { stride, padding, groups, bias: false });
  nn.kaimingNormal_(layer.weight, 'fanOut');
  return layer;
}
