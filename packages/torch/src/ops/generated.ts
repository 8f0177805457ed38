// Made from libtorch's schemas: change operators.ts instead, and run npm run generate:ops.
import { native } from '../native.js';
import type { DType, MemoryFormat, Tensor } from '../tensor.js';
import { many, Operator, one, type Scalar } from './call.js';

const absOperator = new Operator('abs');
/** `abs(Tensor self) -> Tensor` */
export function abs(self: Tensor): Tensor {
  return one(native().call(absOperator.index, self));
}

const acosOperator = new Operator('acos');
/** `acos(Tensor self) -> Tensor` */
export function acos(self: Tensor): Tensor {
  return one(native().call(acosOperator.index, self));
}

const addOperator = new Operator('add.Tensor');
/** `add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor` */
export function add(self: Tensor, other: Tensor | Scalar, alpha?: Scalar): Tensor {
  return one(native().call(addOperator.index, self, other, alpha));
}

const add_Operator = new Operator('add_.Tensor');
/** `add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)` */
export function add_(self: Tensor, other: Tensor | Scalar, alpha?: Scalar): Tensor {
  native().call(add_Operator.index, self, other, alpha);
  return self;
}

const addcdivOperator = new Operator('addcdiv');
/** `addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor` */
export function addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: Scalar): Tensor {
  return one(native().call(addcdivOperator.index, self, tensor1, tensor2, value));
}

const addcdiv_Operator = new Operator('addcdiv_');
/** `addcdiv_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!)` */
export function addcdiv_(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: Scalar): Tensor {
  native().call(addcdiv_Operator.index, self, tensor1, tensor2, value);
  return self;
}

const addcmulOperator = new Operator('addcmul');
/** `addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor` */
export function addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: Scalar): Tensor {
  return one(native().call(addcmulOperator.index, self, tensor1, tensor2, value));
}

const addcmul_Operator = new Operator('addcmul_');
/** `addcmul_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!)` */
export function addcmul_(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: Scalar): Tensor {
  native().call(addcmul_Operator.index, self, tensor1, tensor2, value);
  return self;
}

const addmmOperator = new Operator('addmm');
/** `addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor` */
export function addmm(self: Tensor, mat1: Tensor, mat2: Tensor, beta?: Scalar, alpha?: Scalar): Tensor {
  return one(native().call(addmmOperator.index, self, mat1, mat2, beta, alpha));
}

const affineGridGeneratorOperator = new Operator('affine_grid_generator');
/** `affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor` */
export function affineGridGenerator(theta: Tensor, size: readonly number[], alignCorners: boolean): Tensor {
  return one(native().call(affineGridGeneratorOperator.index, theta, size, alignCorners));
}

const allOperator = new Operator('all');
/** `all(Tensor self) -> Tensor` */
export function all(self: Tensor): Tensor {
  return one(native().call(allOperator.index, self));
}

const allAlongOperator = new Operator('all.dim');
/** `all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor` */
export function allAlong(self: Tensor, dim: number, keepdim?: boolean): Tensor {
  return one(native().call(allAlongOperator.index, self, dim, keepdim));
}

const allcloseOperator = new Operator('allclose');
/** `allclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> bool` */
export function allclose(self: Tensor, other: Tensor | Scalar, rtol?: number, atol?: number, equalNan?: boolean): boolean {
  return native().call(allcloseOperator.index, self, other, rtol, atol, equalNan) as boolean;
}

const amaxOperator = new Operator('amax');
/** `amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor` */
export function amax(self: Tensor, dim?: readonly number[] | number, keepdim?: boolean): Tensor {
  return one(native().call(amaxOperator.index, self, dim, keepdim));
}

const aminOperator = new Operator('amin');
/** `amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor` */
export function amin(self: Tensor, dim?: readonly number[] | number, keepdim?: boolean): Tensor {
  return one(native().call(aminOperator.index, self, dim, keepdim));
}

const anyOperator = new Operator('any');
/** `any(Tensor self) -> Tensor` */
export function any(self: Tensor): Tensor {
  return one(native().call(anyOperator.index, self));
}

const anyAlongOperator = new Operator('any.dim');
/** `any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor` */
export function anyAlong(self: Tensor, dim: number, keepdim?: boolean): Tensor {
  return one(native().call(anyAlongOperator.index, self, dim, keepdim));
}

const arangeOperator = new Operator('arange.start_step');
/** `arange.start_step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function arange(start: Scalar, end: Scalar, step?: Scalar, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(arangeOperator.index, start, end, step, dtype, layout, device, pinMemory));
}

const arccosOperator = new Operator('arccos');
/** `arccos(Tensor self) -> Tensor` */
export function arccos(self: Tensor): Tensor {
  return one(native().call(arccosOperator.index, self));
}

const argmaxOperator = new Operator('argmax');
/** `argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor` */
export function argmax(self: Tensor, dim?: number | null, keepdim?: boolean): Tensor {
  return one(native().call(argmaxOperator.index, self, dim, keepdim));
}

const argminOperator = new Operator('argmin');
/** `argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor` */
export function argmin(self: Tensor, dim?: number | null, keepdim?: boolean): Tensor {
  return one(native().call(argminOperator.index, self, dim, keepdim));
}

const argsortOperator = new Operator('argsort');
/** `argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor` */
export function argsort(self: Tensor, dim?: number, descending?: boolean): Tensor {
  return one(native().call(argsortOperator.index, self, dim, descending));
}

const asStridedOperator = new Operator('as_strided');
/** `as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)` */
export function asStrided(self: Tensor, size: readonly number[], stride: readonly number[], storageOffset?: number | null): Tensor {
  return one(native().call(asStridedOperator.index, self, size, stride, storageOffset));
}

const atan2Operator = new Operator('atan2');
/** `atan2(Tensor self, Tensor other) -> Tensor` */
export function atan2(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(atan2Operator.index, self, other));
}

const avgPool2dOperator = new Operator('avg_pool2d');
/** `avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor` */
export function avgPool2d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number | null): Tensor {
  return one(native().call(avgPool2dOperator.index, self, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride));
}

const adaptiveAvgPool2dOperator = new Operator('adaptive_avg_pool2d');
/** `adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor` */
export function adaptiveAvgPool2d(self: Tensor, outputSize: readonly number[] | number): Tensor {
  return one(native().call(adaptiveAvgPool2dOperator.index, self, outputSize));
}

const batchNormOperator = new Operator('batch_norm');
/** `batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor` */
export function batchNorm(input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, training: boolean, momentum: number, eps: number, cudnnEnabled: boolean): Tensor {
  return one(native().call(batchNormOperator.index, input, weight, bias, runningMean, runningVar, training, momentum, eps, cudnnEnabled));
}

const bernoulliOperator = new Operator('bernoulli');
/** `bernoulli(Tensor self, *, Generator? generator=None) -> Tensor` */
export function bernoulli(self: Tensor, generator?: string | null): Tensor {
  return one(native().call(bernoulliOperator.index, self, generator));
}

const bernoulli_Operator = new Operator('bernoulli_.float');
/** `bernoulli_.float(Tensor(a!) self, float p=0.5, *, Generator? generator=None) -> Tensor(a!)` */
export function bernoulli_(self: Tensor, p?: number, generator?: string | null): Tensor {
  native().call(bernoulli_Operator.index, self, p, generator);
  return self;
}

const bincountOperator = new Operator('bincount');
/** `bincount(Tensor self, Tensor? weights=None, int minlength=0) -> Tensor` */
export function bincount(self: Tensor, weights?: Tensor | null, minlength?: number): Tensor {
  return one(native().call(bincountOperator.index, self, weights, minlength));
}

const bitwiseAndOperator = new Operator('bitwise_and.Tensor');
/** `bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor` */
export function bitwiseAnd(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(bitwiseAndOperator.index, self, other));
}

const bitwiseOrOperator = new Operator('bitwise_or.Tensor');
/** `bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor` */
export function bitwiseOr(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(bitwiseOrOperator.index, self, other));
}

const bmmOperator = new Operator('bmm');
/** `bmm(Tensor self, Tensor mat2) -> Tensor` */
export function bmm(self: Tensor, mat2: Tensor): Tensor {
  return one(native().call(bmmOperator.index, self, mat2));
}

const bucketizeOperator = new Operator('bucketize.Tensor');
/** `bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor` */
export function bucketize(self: Tensor, boundaries: Tensor, outInt32?: boolean, right?: boolean): Tensor {
  return one(native().call(bucketizeOperator.index, self, boundaries, outInt32, right));
}

const catOperator = new Operator('cat');
/** `cat(Tensor[] tensors, int dim=0) -> Tensor` */
export function cat(tensors: readonly Tensor[], dim?: number): Tensor {
  return one(native().call(catOperator.index, tensors, dim));
}

const ceilOperator = new Operator('ceil');
/** `ceil(Tensor self) -> Tensor` */
export function ceil(self: Tensor): Tensor {
  return one(native().call(ceilOperator.index, self));
}

const chunkOperator = new Operator('chunk');
/** `chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]` */
export function chunk(self: Tensor, chunks: number, dim?: number): Tensor[] {
  return many(native().call(chunkOperator.index, self, chunks, dim));
}

const clampOperator = new Operator('clamp');
/** `clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor` */
export function clamp(self: Tensor, min?: Scalar | null, max?: Scalar | null): Tensor {
  return one(native().call(clampOperator.index, self, min, max));
}

const clamp_Operator = new Operator('clamp_');
/** `clamp_(Tensor(a!) self, Scalar? min=None, Scalar? max=None) -> Tensor(a!)` */
export function clamp_(self: Tensor, min?: Scalar | null, max?: Scalar | null): Tensor {
  native().call(clamp_Operator.index, self, min, max);
  return self;
}

const clampByOperator = new Operator('clamp.Tensor');
/** `clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor` */
export function clampBy(self: Tensor, min?: Tensor | null, max?: Tensor | null): Tensor {
  return one(native().call(clampByOperator.index, self, min, max));
}

const clampMinOperator = new Operator('clamp_min');
/** `clamp_min(Tensor self, Scalar min) -> Tensor` */
export function clampMin(self: Tensor, min: Scalar): Tensor {
  return one(native().call(clampMinOperator.index, self, min));
}

const clampMaxOperator = new Operator('clamp_max');
/** `clamp_max(Tensor self, Scalar max) -> Tensor` */
export function clampMax(self: Tensor, max: Scalar): Tensor {
  return one(native().call(clampMaxOperator.index, self, max));
}

const cloneOperator = new Operator('clone');
/** `clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor` */
export function clone(self: Tensor, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(cloneOperator.index, self, memoryFormat));
}

const constantPadNdOperator = new Operator('constant_pad_nd');
/** `constant_pad_nd(Tensor self, int[] pad, Scalar value=0) -> Tensor` */
export function constantPadNd(self: Tensor, pad: readonly number[], value?: Scalar): Tensor {
  return one(native().call(constantPadNdOperator.index, self, pad, value));
}

const contiguousOperator = new Operator('contiguous');
/** `contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)` */
export function contiguous(self: Tensor, memoryFormat?: MemoryFormat): Tensor {
  return one(native().call(contiguousOperator.index, self, memoryFormat));
}

const conv2dOperator = new Operator('conv2d');
/** `conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] dilation=1, int groups=1) -> Tensor` */
export function conv2d(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, groups?: number): Tensor {
  return one(native().call(conv2dOperator.index, input, weight, bias, stride, padding, dilation, groups));
}

const copy_Operator = new Operator('copy_');
/** `copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)` */
export function copy_(self: Tensor, src: Tensor, nonBlocking?: boolean): Tensor {
  native().call(copy_Operator.index, self, src, nonBlocking);
  return self;
}

const cosOperator = new Operator('cos');
/** `cos(Tensor self) -> Tensor` */
export function cos(self: Tensor): Tensor {
  return one(native().call(cosOperator.index, self));
}

const cosineSimilarityOperator = new Operator('cosine_similarity');
/** `cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor` */
export function cosineSimilarity(x1: Tensor, x2: Tensor, dim?: number, eps?: number): Tensor {
  return one(native().call(cosineSimilarityOperator.index, x1, x2, dim, eps));
}

const crossEntropyLossOperator = new Operator('cross_entropy_loss');
/** `cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100, float label_smoothing=0.) -> Tensor` */
export function crossEntropyLoss(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number, ignoreIndex?: number, labelSmoothing?: number): Tensor {
  return one(native().call(crossEntropyLossOperator.index, self, target, weight, reduction, ignoreIndex, labelSmoothing));
}

const cumsumOperator = new Operator('cumsum');
/** `cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor` */
export function cumsum(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return one(native().call(cumsumOperator.index, self, dim, dtype));
}

const detachOperator = new Operator('detach');
/** `detach(Tensor(a) self) -> Tensor(a)` */
export function detach(self: Tensor): Tensor {
  return one(native().call(detachOperator.index, self));
}

const detach_Operator = new Operator('detach_');
/** `detach_(Tensor(a!) self) -> Tensor(a!)` */
export function detach_(self: Tensor): Tensor {
  native().call(detach_Operator.index, self);
  return self;
}

const diagOperator = new Operator('diag');
/** `diag(Tensor self, int diagonal=0) -> Tensor` */
export function diag(self: Tensor, diagonal?: number): Tensor {
  return one(native().call(diagOperator.index, self, diagonal));
}

const diagonalOperator = new Operator('diagonal');
/** `diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)` */
export function diagonal(self: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor {
  return one(native().call(diagonalOperator.index, self, offset, dim1, dim2));
}

const divOperator = new Operator('div.Tensor');
/** `div.Tensor(Tensor self, Tensor other) -> Tensor` */
export function div(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(divOperator.index, self, other));
}

const div_Operator = new Operator('div_.Tensor');
/** `div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)` */
export function div_(self: Tensor, other: Tensor | Scalar): Tensor {
  native().call(div_Operator.index, self, other);
  return self;
}

const dropoutOperator = new Operator('dropout');
/** `dropout(Tensor input, float p, bool train) -> Tensor` */
export function dropout(input: Tensor, p: number, train: boolean): Tensor {
  return one(native().call(dropoutOperator.index, input, p, train));
}

const einsumOperator = new Operator('einsum');
/** `einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor` */
export function einsum(equation: string, tensors: readonly Tensor[], path?: readonly number[] | null): Tensor {
  return one(native().call(einsumOperator.index, equation, tensors, path));
}

const embeddingOperator = new Operator('embedding');
/** `embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor` */
export function embedding(weight: Tensor, indices: Tensor, paddingIdx?: number, scaleGradByFreq?: boolean, sparse?: boolean): Tensor {
  return one(native().call(embeddingOperator.index, weight, indices, paddingIdx, scaleGradByFreq, sparse));
}

const emptyLikeOperator = new Operator('empty_like');
/** `empty_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function emptyLike(self: Tensor, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(emptyLikeOperator.index, self, dtype, layout, device, pinMemory, memoryFormat));
}

const eqOperator = new Operator('eq.Tensor');
/** `eq.Tensor(Tensor self, Tensor other) -> Tensor` */
export function eq(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(eqOperator.index, self, other));
}

const equalOperator = new Operator('equal');
/** `equal(Tensor self, Tensor other) -> bool` */
export function equal(self: Tensor, other: Tensor | Scalar): boolean {
  return native().call(equalOperator.index, self, other) as boolean;
}

const erfOperator = new Operator('erf');
/** `erf(Tensor self) -> Tensor` */
export function erf(self: Tensor): Tensor {
  return one(native().call(erfOperator.index, self));
}

const erfinv_Operator = new Operator('erfinv_');
/** `erfinv_(Tensor(a!) self) -> Tensor(a!)` */
export function erfinv_(self: Tensor): Tensor {
  native().call(erfinv_Operator.index, self);
  return self;
}

const expOperator = new Operator('exp');
/** `exp(Tensor self) -> Tensor` */
export function exp(self: Tensor): Tensor {
  return one(native().call(expOperator.index, self));
}

const expandOperator = new Operator('expand');
/** `expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)` */
export function expand(self: Tensor, size: readonly number[], implicit?: boolean): Tensor {
  return one(native().call(expandOperator.index, self, size, implicit));
}

const expandAsOperator = new Operator('expand_as');
/** `expand_as(Tensor(a) self, Tensor other) -> Tensor(a)` */
export function expandAs(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(expandAsOperator.index, self, other));
}

const eyeOperator = new Operator('eye');
/** `eye(int n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function eye(n: number, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(eyeOperator.index, n, dtype, layout, device, pinMemory));
}

const fill_Operator = new Operator('fill_.Scalar');
/** `fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)` */
export function fill_(self: Tensor, value: Scalar): Tensor {
  native().call(fill_Operator.index, self, value);
  return self;
}

const flattenOperator = new Operator('flatten.using_ints');
/** `flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)` */
export function flatten(self: Tensor, startDim?: number, endDim?: number): Tensor {
  return one(native().call(flattenOperator.index, self, startDim, endDim));
}

const flipOperator = new Operator('flip');
/** `flip(Tensor self, int[] dims) -> Tensor` */
export function flip(self: Tensor, dims: readonly number[]): Tensor {
  return one(native().call(flipOperator.index, self, dims));
}

const floorOperator = new Operator('floor');
/** `floor(Tensor self) -> Tensor` */
export function floor(self: Tensor): Tensor {
  return one(native().call(floorOperator.index, self));
}

const fmodOperator = new Operator('fmod.Tensor');
/** `fmod.Tensor(Tensor self, Tensor other) -> Tensor` */
export function fmod(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(fmodOperator.index, self, other));
}

const frobeniusNormOperator = new Operator('frobenius_norm.dim');
/** `frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor` */
export function frobeniusNorm(self: Tensor, dim: readonly number[] | number, keepdim?: boolean): Tensor {
  return one(native().call(frobeniusNormOperator.index, self, dim, keepdim));
}

const fullLikeOperator = new Operator('full_like');
/** `full_like(Tensor self, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function fullLike(self: Tensor, fillValue: Scalar, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(fullLikeOperator.index, self, fillValue, dtype, layout, device, pinMemory, memoryFormat));
}

const gatherOperator = new Operator('gather');
/** `gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor` */
export function gather(self: Tensor, dim: number, index: Tensor, sparseGrad?: boolean): Tensor {
  return one(native().call(gatherOperator.index, self, dim, index, sparseGrad));
}

const geOperator = new Operator('ge.Tensor');
/** `ge.Tensor(Tensor self, Tensor other) -> Tensor` */
export function ge(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(geOperator.index, self, other));
}

const geluOperator = new Operator('gelu');
/** `gelu(Tensor self, *, str approximate="none") -> Tensor` */
export function gelu(self: Tensor, approximate?: string): Tensor {
  return one(native().call(geluOperator.index, self, approximate));
}

const gridSamplerOperator = new Operator('grid_sampler');
/** `grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor` */
export function gridSampler(input: Tensor, grid: Tensor, interpolationMode: number, paddingMode: number, alignCorners: boolean): Tensor {
  return one(native().call(gridSamplerOperator.index, input, grid, interpolationMode, paddingMode, alignCorners));
}

const groupNormOperator = new Operator('group_norm');
/** `group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enabled=True) -> Tensor` */
export function groupNorm(input: Tensor, numGroups: number, weight?: Tensor | null, bias?: Tensor | null, eps?: number, cudnnEnabled?: boolean): Tensor {
  return one(native().call(groupNormOperator.index, input, numGroups, weight, bias, eps, cudnnEnabled));
}

const gtOperator = new Operator('gt.Tensor');
/** `gt.Tensor(Tensor self, Tensor other) -> Tensor` */
export function gt(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(gtOperator.index, self, other));
}

const hardtanhOperator = new Operator('hardtanh');
/** `hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor` */
export function hardtanh(self: Tensor, minVal?: Scalar, maxVal?: Scalar): Tensor {
  return one(native().call(hardtanhOperator.index, self, minVal, maxVal));
}

const im2colOperator = new Operator('im2col');
/** `im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor` */
export function im2col(self: Tensor, kernelSize: readonly number[] | number, dilation: readonly number[] | number, padding: readonly number[] | number, stride: readonly number[] | number): Tensor {
  return one(native().call(im2colOperator.index, self, kernelSize, dilation, padding, stride));
}

const indexOperator = new Operator('index.Tensor');
/** `index.Tensor(Tensor self, Tensor?[] indices) -> Tensor` */
export function index(self: Tensor, indices: readonly (Tensor | null)[]): Tensor {
  return one(native().call(indexOperator.index, self, indices));
}

const indexAddOperator = new Operator('index_add');
/** `index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor` */
export function indexAdd(self: Tensor, dim: number, index: Tensor, source: Tensor, alpha?: Scalar): Tensor {
  return one(native().call(indexAddOperator.index, self, dim, index, source, alpha));
}

const indexAdd_Operator = new Operator('index_add_');
/** `index_add_(Tensor(a!) self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor(a!)` */
export function indexAdd_(self: Tensor, dim: number, index: Tensor, source: Tensor, alpha?: Scalar): Tensor {
  native().call(indexAdd_Operator.index, self, dim, index, source, alpha);
  return self;
}

const indexCopy_Operator = new Operator('index_copy_');
/** `index_copy_(Tensor(a!) self, int dim, Tensor index, Tensor source) -> Tensor(a!)` */
export function indexCopy_(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  native().call(indexCopy_Operator.index, self, dim, index, source);
  return self;
}

const indexFill_Operator = new Operator('index_fill_.int_Scalar');
/** `index_fill_.int_Scalar(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)` */
export function indexFill_(self: Tensor, dim: number, index: Tensor, value: Scalar): Tensor {
  native().call(indexFill_Operator.index, self, dim, index, value);
  return self;
}

const indexPut_Operator = new Operator('index_put_');
/** `index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!)` */
export function indexPut_(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate?: boolean): Tensor {
  native().call(indexPut_Operator.index, self, indices, values, accumulate);
  return self;
}

const indexSelectOperator = new Operator('index_select');
/** `index_select(Tensor self, int dim, Tensor index) -> Tensor` */
export function indexSelect(self: Tensor, dim: number, index: Tensor): Tensor {
  return one(native().call(indexSelectOperator.index, self, dim, index));
}

const instanceNormOperator = new Operator('instance_norm');
/** `instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor` */
export function instanceNorm(input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, useInputStats: boolean, momentum: number, eps: number, cudnnEnabled: boolean): Tensor {
  return one(native().call(instanceNormOperator.index, input, weight, bias, runningMean, runningVar, useInputStats, momentum, eps, cudnnEnabled));
}

const isfiniteOperator = new Operator('isfinite');
/** `isfinite(Tensor self) -> Tensor` */
export function isfinite(self: Tensor): Tensor {
  return one(native().call(isfiniteOperator.index, self));
}

const isinfOperator = new Operator('isinf');
/** `isinf(Tensor self) -> Tensor` */
export function isinf(self: Tensor): Tensor {
  return one(native().call(isinfOperator.index, self));
}

const isnanOperator = new Operator('isnan');
/** `isnan(Tensor self) -> Tensor` */
export function isnan(self: Tensor): Tensor {
  return one(native().call(isnanOperator.index, self));
}

const isSameSizeOperator = new Operator('is_same_size');
/** `is_same_size(Tensor self, Tensor other) -> bool` */
export function isSameSize(self: Tensor, other: Tensor | Scalar): boolean {
  return native().call(isSameSizeOperator.index, self, other) as boolean;
}

const klDivOperator = new Operator('kl_div');
/** `kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor` */
export function klDiv(self: Tensor, target: Tensor, reduction?: number, logTarget?: boolean): Tensor {
  return one(native().call(klDivOperator.index, self, target, reduction, logTarget));
}

const l1LossOperator = new Operator('l1_loss');
/** `l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor` */
export function l1Loss(self: Tensor, target: Tensor, reduction?: number): Tensor {
  return one(native().call(l1LossOperator.index, self, target, reduction));
}

const layerNormOperator = new Operator('layer_norm');
/** `layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enable=True) -> Tensor` */
export function layerNorm(input: Tensor, normalizedShape: readonly number[], weight?: Tensor | null, bias?: Tensor | null, eps?: number, cudnnEnable?: boolean): Tensor {
  return one(native().call(layerNormOperator.index, input, normalizedShape, weight, bias, eps, cudnnEnable));
}

const leOperator = new Operator('le.Tensor');
/** `le.Tensor(Tensor self, Tensor other) -> Tensor` */
export function le(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(leOperator.index, self, other));
}

const leakyReluOperator = new Operator('leaky_relu');
/** `leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor` */
export function leakyRelu(self: Tensor, negativeSlope?: Scalar): Tensor {
  return one(native().call(leakyReluOperator.index, self, negativeSlope));
}

const lerp_Operator = new Operator('lerp_.Scalar');
/** `lerp_.Scalar(Tensor(a!) self, Tensor end, Scalar weight) -> Tensor(a!)` */
export function lerp_(self: Tensor, end: Tensor, weight: Scalar): Tensor {
  native().call(lerp_Operator.index, self, end, weight);
  return self;
}

const lerpOperator = new Operator('lerp.Scalar');
/** `lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor` */
export function lerp(self: Tensor, end: Tensor, weight: Scalar): Tensor {
  return one(native().call(lerpOperator.index, self, end, weight));
}

const linalgVectorNormOperator = new Operator('linalg_vector_norm');
/** `linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor` */
export function linalgVectorNorm(self: Tensor, ord?: Scalar, dim?: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return one(native().call(linalgVectorNormOperator.index, self, ord, dim, keepdim, dtype));
}

const linalgSvdOperator = new Operator('linalg_svd');
/** `linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)` */
export function linalgSvd(A: Tensor, fullMatrices?: boolean, driver?: string | null): [Tensor, Tensor, Tensor] {
  const results = native().call(linalgSvdOperator.index, A, fullMatrices, driver) as unknown[];
  return [one(results[0]), one(results[1]), one(results[2])];
}

const linearOperator = new Operator('linear');
/** `linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor` */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return one(native().call(linearOperator.index, input, weight, bias));
}

const logOperator = new Operator('log');
/** `log(Tensor self) -> Tensor` */
export function log(self: Tensor): Tensor {
  return one(native().call(logOperator.index, self));
}

const log1pOperator = new Operator('log1p');
/** `log1p(Tensor self) -> Tensor` */
export function log1p(self: Tensor): Tensor {
  return one(native().call(log1pOperator.index, self));
}

const logSoftmaxOperator = new Operator('log_softmax.int');
/** `log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor` */
export function logSoftmax(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return one(native().call(logSoftmaxOperator.index, self, dim, dtype));
}

const logicalAndOperator = new Operator('logical_and');
/** `logical_and(Tensor self, Tensor other) -> Tensor` */
export function logicalAnd(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(logicalAndOperator.index, self, other));
}

const logicalNotOperator = new Operator('logical_not');
/** `logical_not(Tensor self) -> Tensor` */
export function logicalNot(self: Tensor): Tensor {
  return one(native().call(logicalNotOperator.index, self));
}

const logicalOrOperator = new Operator('logical_or');
/** `logical_or(Tensor self, Tensor other) -> Tensor` */
export function logicalOr(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(logicalOrOperator.index, self, other));
}

const logsumexpOperator = new Operator('logsumexp');
/** `logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor` */
export function logsumexp(self: Tensor, dim: readonly number[] | number, keepdim?: boolean): Tensor {
  return one(native().call(logsumexpOperator.index, self, dim, keepdim));
}

const ltOperator = new Operator('lt.Tensor');
/** `lt.Tensor(Tensor self, Tensor other) -> Tensor` */
export function lt(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(ltOperator.index, self, other));
}

const maskedFillOperator = new Operator('masked_fill.Scalar');
/** `masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor` */
export function maskedFill(self: Tensor, mask: Tensor, value: Scalar): Tensor {
  return one(native().call(maskedFillOperator.index, self, mask, value));
}

const maskedFill_Operator = new Operator('masked_fill_.Scalar');
/** `masked_fill_.Scalar(Tensor(a!) self, Tensor mask, Scalar value) -> Tensor(a!)` */
export function maskedFill_(self: Tensor, mask: Tensor, value: Scalar): Tensor {
  native().call(maskedFill_Operator.index, self, mask, value);
  return self;
}

const maskedScatterOperator = new Operator('masked_scatter');
/** `masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor` */
export function maskedScatter(self: Tensor, mask: Tensor, source: Tensor): Tensor {
  return one(native().call(maskedScatterOperator.index, self, mask, source));
}

const maskedSelectOperator = new Operator('masked_select');
/** `masked_select(Tensor self, Tensor mask) -> Tensor` */
export function maskedSelect(self: Tensor, mask: Tensor): Tensor {
  return one(native().call(maskedSelectOperator.index, self, mask));
}

const matmulOperator = new Operator('matmul');
/** `matmul(Tensor self, Tensor other) -> Tensor` */
export function matmul(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(matmulOperator.index, self, other));
}

const maxOperator = new Operator('max');
/** `max(Tensor self) -> Tensor` */
export function max(self: Tensor): Tensor {
  return one(native().call(maxOperator.index, self));
}

const maxAlongOperator = new Operator('max.dim');
/** `max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)` */
export function maxAlong(self: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] {
  const results = native().call(maxAlongOperator.index, self, dim, keepdim) as unknown[];
  return [one(results[0]), one(results[1])];
}

const maxPool2dOperator = new Operator('max_pool2d');
/** `max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor` */
export function maxPool2d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, ceilMode?: boolean): Tensor {
  return one(native().call(maxPool2dOperator.index, self, kernelSize, stride, padding, dilation, ceilMode));
}

const maximumOperator = new Operator('maximum');
/** `maximum(Tensor self, Tensor other) -> Tensor` */
export function maximum(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(maximumOperator.index, self, other));
}

const meanOperator = new Operator('mean');
/** `mean(Tensor self, *, ScalarType? dtype=None) -> Tensor` */
export function mean(self: Tensor, dtype?: DType | null): Tensor {
  return one(native().call(meanOperator.index, self, dtype));
}

const meanAlongOperator = new Operator('mean.dim');
/** `mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor` */
export function meanAlong(self: Tensor, dim: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return one(native().call(meanAlongOperator.index, self, dim, keepdim, dtype));
}

const medianOperator = new Operator('median');
/** `median(Tensor self) -> Tensor` */
export function median(self: Tensor): Tensor {
  return one(native().call(medianOperator.index, self));
}

const minOperator = new Operator('min');
/** `min(Tensor self) -> Tensor` */
export function min(self: Tensor): Tensor {
  return one(native().call(minOperator.index, self));
}

const minAlongOperator = new Operator('min.dim');
/** `min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)` */
export function minAlong(self: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] {
  const results = native().call(minAlongOperator.index, self, dim, keepdim) as unknown[];
  return [one(results[0]), one(results[1])];
}

const minimumOperator = new Operator('minimum');
/** `minimum(Tensor self, Tensor other) -> Tensor` */
export function minimum(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(minimumOperator.index, self, other));
}

const mmOperator = new Operator('mm');
/** `mm(Tensor self, Tensor mat2) -> Tensor` */
export function mm(self: Tensor, mat2: Tensor): Tensor {
  return one(native().call(mmOperator.index, self, mat2));
}

const mseLossOperator = new Operator('mse_loss');
/** `mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor` */
export function mseLoss(self: Tensor, target: Tensor, reduction?: number): Tensor {
  return one(native().call(mseLossOperator.index, self, target, reduction));
}

const mulOperator = new Operator('mul.Tensor');
/** `mul.Tensor(Tensor self, Tensor other) -> Tensor` */
export function mul(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(mulOperator.index, self, other));
}

const mul_Operator = new Operator('mul_.Tensor');
/** `mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)` */
export function mul_(self: Tensor, other: Tensor | Scalar): Tensor {
  native().call(mul_Operator.index, self, other);
  return self;
}

const multinomialOperator = new Operator('multinomial');
/** `multinomial(Tensor self, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor` */
export function multinomial(self: Tensor, numSamples: number, replacement?: boolean, generator?: string | null): Tensor {
  return one(native().call(multinomialOperator.index, self, numSamples, replacement, generator));
}

const mvOperator = new Operator('mv');
/** `mv(Tensor self, Tensor vec) -> Tensor` */
export function mv(self: Tensor, vec: Tensor): Tensor {
  return one(native().call(mvOperator.index, self, vec));
}

const nanToNumOperator = new Operator('nan_to_num');
/** `nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor` */
export function nanToNum(self: Tensor, nan?: number | null, posinf?: number | null, neginf?: number | null): Tensor {
  return one(native().call(nanToNumOperator.index, self, nan, posinf, neginf));
}

const narrowOperator = new Operator('narrow');
/** `narrow(Tensor(a) self, int dim, int start, int length) -> Tensor(a)` */
export function narrow(self: Tensor, dim: number, start: number, length: number): Tensor {
  return one(native().call(narrowOperator.index, self, dim, start, length));
}

const nativeBatchNormOperator = new Operator('native_batch_norm');
/** `native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)` */
export function nativeBatchNorm(input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, training: boolean, momentum: number, eps: number): [Tensor, Tensor, Tensor] {
  const results = native().call(nativeBatchNormOperator.index, input, weight, bias, runningMean, runningVar, training, momentum, eps) as unknown[];
  return [one(results[0]), one(results[1]), one(results[2])];
}

const neOperator = new Operator('ne.Tensor');
/** `ne.Tensor(Tensor self, Tensor other) -> Tensor` */
export function ne(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(neOperator.index, self, other));
}

const negOperator = new Operator('neg');
/** `neg(Tensor self) -> Tensor` */
export function neg(self: Tensor): Tensor {
  return one(native().call(negOperator.index, self));
}

const neg_Operator = new Operator('neg_');
/** `neg_(Tensor(a!) self) -> Tensor(a!)` */
export function neg_(self: Tensor): Tensor {
  native().call(neg_Operator.index, self);
  return self;
}

const newEmptyOperator = new Operator('new_empty');
/** `new_empty(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function newEmpty(self: Tensor, size: readonly number[], dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(newEmptyOperator.index, self, size, dtype, layout, device, pinMemory));
}

const newFullOperator = new Operator('new_full');
/** `new_full(Tensor self, SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function newFull(self: Tensor, size: readonly number[], fillValue: Scalar, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(newFullOperator.index, self, size, fillValue, dtype, layout, device, pinMemory));
}

const newZerosOperator = new Operator('new_zeros');
/** `new_zeros(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function newZeros(self: Tensor, size: readonly number[], dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(newZerosOperator.index, self, size, dtype, layout, device, pinMemory));
}

const nllLossOperator = new Operator('nll_loss');
/** `nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100) -> Tensor` */
export function nllLoss(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number, ignoreIndex?: number): Tensor {
  return one(native().call(nllLossOperator.index, self, target, weight, reduction, ignoreIndex));
}

const nonzeroOperator = new Operator('nonzero');
/** `nonzero(Tensor self) -> Tensor` */
export function nonzero(self: Tensor): Tensor {
  return one(native().call(nonzeroOperator.index, self));
}

const normOperator = new Operator('norm.Scalar');
/** `norm.Scalar(Tensor self, Scalar p=2) -> Tensor` */
export function norm(self: Tensor, p?: Scalar): Tensor {
  return one(native().call(normOperator.index, self, p));
}

const normAlongOperator = new Operator('norm.ScalarOpt_dim');
/** `norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor` */
export function normAlong(self: Tensor, p: Scalar | null, dim: readonly number[] | number, keepdim?: boolean): Tensor {
  return one(native().call(normAlongOperator.index, self, p, dim, keepdim));
}

const normal_Operator = new Operator('normal_');
/** `normal_(Tensor(a!) self, float mean=0., float std=1., *, Generator? generator=None) -> Tensor(a!)` */
export function normal_(self: Tensor, mean?: number, std?: number, generator?: string | null): Tensor {
  native().call(normal_Operator.index, self, mean, std, generator);
  return self;
}

const oneHotOperator = new Operator('one_hot');
/** `one_hot(Tensor self, int num_classes=-1) -> Tensor` */
export function oneHot(self: Tensor, numClasses?: number): Tensor {
  return one(native().call(oneHotOperator.index, self, numClasses));
}

const onesLikeOperator = new Operator('ones_like');
/** `ones_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function onesLike(self: Tensor, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(onesLikeOperator.index, self, dtype, layout, device, pinMemory, memoryFormat));
}

const outerOperator = new Operator('outer');
/** `outer(Tensor self, Tensor vec2) -> Tensor` */
export function outer(self: Tensor, vec2: Tensor): Tensor {
  return one(native().call(outerOperator.index, self, vec2));
}

const permuteOperator = new Operator('permute');
/** `permute(Tensor(a) self, int[] dims) -> Tensor(a)` */
export function permute(self: Tensor, dims: readonly number[]): Tensor {
  return one(native().call(permuteOperator.index, self, dims));
}

const pixelShuffleOperator = new Operator('pixel_shuffle');
/** `pixel_shuffle(Tensor self, int upscale_factor) -> Tensor` */
export function pixelShuffle(self: Tensor, upscaleFactor: number): Tensor {
  return one(native().call(pixelShuffleOperator.index, self, upscaleFactor));
}

const powOperator = new Operator('pow.Tensor_Scalar');
/** `pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor` */
export function pow(self: Tensor, exponent: Scalar): Tensor {
  return one(native().call(powOperator.index, self, exponent));
}

const powTensorOperator = new Operator('pow.Tensor_Tensor');
/** `pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor` */
export function powTensor(self: Tensor, exponent: Tensor | Scalar): Tensor {
  return one(native().call(powTensorOperator.index, self, exponent));
}

const preluOperator = new Operator('prelu');
/** `prelu(Tensor self, Tensor weight) -> Tensor` */
export function prelu(self: Tensor, weight: Tensor): Tensor {
  return one(native().call(preluOperator.index, self, weight));
}

const prodOperator = new Operator('prod');
/** `prod(Tensor self, *, ScalarType? dtype=None) -> Tensor` */
export function prod(self: Tensor, dtype?: DType | null): Tensor {
  return one(native().call(prodOperator.index, self, dtype));
}

const prodAlongOperator = new Operator('prod.dim_int');
/** `prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor` */
export function prodAlong(self: Tensor, dim: number, keepdim?: boolean, dtype?: DType | null): Tensor {
  return one(native().call(prodAlongOperator.index, self, dim, keepdim, dtype));
}

const quantileOperator = new Operator('quantile.scalar');
/** `quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation="linear") -> Tensor` */
export function quantile(self: Tensor, q: number, dim?: number | null, keepdim?: boolean, interpolation?: string): Tensor {
  return one(native().call(quantileOperator.index, self, q, dim, keepdim, interpolation));
}

const randLikeOperator = new Operator('rand_like');
/** `rand_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function randLike(self: Tensor, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(randLikeOperator.index, self, dtype, layout, device, pinMemory, memoryFormat));
}

const randintOperator = new Operator('randint.low');
/** `randint.low(int low, int high, int[] size, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor` */
export function randint(low: number, high: number, size: readonly number[], dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null): Tensor {
  return one(native().call(randintOperator.index, low, high, size, dtype, layout, device, pinMemory));
}

const randnLikeOperator = new Operator('randn_like');
/** `randn_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function randnLike(self: Tensor, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(randnLikeOperator.index, self, dtype, layout, device, pinMemory, memoryFormat));
}

const reciprocalOperator = new Operator('reciprocal');
/** `reciprocal(Tensor self) -> Tensor` */
export function reciprocal(self: Tensor): Tensor {
  return one(native().call(reciprocalOperator.index, self));
}

const reluOperator = new Operator('relu');
/** `relu(Tensor self) -> Tensor` */
export function relu(self: Tensor): Tensor {
  return one(native().call(reluOperator.index, self));
}

const relu_Operator = new Operator('relu_');
/** `relu_(Tensor(a!) self) -> Tensor(a!)` */
export function relu_(self: Tensor): Tensor {
  native().call(relu_Operator.index, self);
  return self;
}

const relu6Operator = new Operator('relu6');
/** `relu6(Tensor self) -> Tensor` */
export function relu6(self: Tensor): Tensor {
  return one(native().call(relu6Operator.index, self));
}

const remainderOperator = new Operator('remainder.Tensor');
/** `remainder.Tensor(Tensor self, Tensor other) -> Tensor` */
export function remainder(self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(remainderOperator.index, self, other));
}

const repeatOperator = new Operator('repeat');
/** `repeat(Tensor self, SymInt[] repeats) -> Tensor` */
export function repeat(self: Tensor, repeats: readonly number[]): Tensor {
  return one(native().call(repeatOperator.index, self, repeats));
}

const repeatInterleaveOperator = new Operator('repeat_interleave.self_int');
/** `repeat_interleave.self_int(Tensor self, int repeats, int? dim=None, *, int? output_size=None) -> Tensor` */
export function repeatInterleave(self: Tensor, repeats: number, dim?: number | null, outputSize?: number | null): Tensor {
  return one(native().call(repeatInterleaveOperator.index, self, repeats, dim, outputSize));
}

const reshapeOperator = new Operator('reshape');
/** `reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)` */
export function reshape(self: Tensor, shape: readonly number[]): Tensor {
  return one(native().call(reshapeOperator.index, self, shape));
}

const rollOperator = new Operator('roll');
/** `roll(Tensor self, int[1] shifts, int[1] dims=[]) -> Tensor` */
export function roll(self: Tensor, shifts: readonly number[] | number, dims?: readonly number[] | number): Tensor {
  return one(native().call(rollOperator.index, self, shifts, dims));
}

const rot90Operator = new Operator('rot90');
/** `rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor` */
export function rot90(self: Tensor, k?: number, dims?: readonly number[]): Tensor {
  return one(native().call(rot90Operator.index, self, k, dims));
}

const roundOperator = new Operator('round');
/** `round(Tensor self) -> Tensor` */
export function round(self: Tensor): Tensor {
  return one(native().call(roundOperator.index, self));
}

const rsqrtOperator = new Operator('rsqrt');
/** `rsqrt(Tensor self) -> Tensor` */
export function rsqrt(self: Tensor): Tensor {
  return one(native().call(rsqrtOperator.index, self));
}

const scatterOperator = new Operator('scatter.src');
/** `scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor` */
export function scatter(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  return one(native().call(scatterOperator.index, self, dim, index, src));
}

const scatterValueOperator = new Operator('scatter.value');
/** `scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor` */
export function scatterValue(self: Tensor, dim: number, index: Tensor, value: Scalar): Tensor {
  return one(native().call(scatterValueOperator.index, self, dim, index, value));
}

const scatter_Operator = new Operator('scatter_.src');
/** `scatter_.src(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!)` */
export function scatter_(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  native().call(scatter_Operator.index, self, dim, index, src);
  return self;
}

const scatterValue_Operator = new Operator('scatter_.value');
/** `scatter_.value(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!)` */
export function scatterValue_(self: Tensor, dim: number, index: Tensor, value: Scalar): Tensor {
  native().call(scatterValue_Operator.index, self, dim, index, value);
  return self;
}

const scatterAddOperator = new Operator('scatter_add');
/** `scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor` */
export function scatterAdd(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  return one(native().call(scatterAddOperator.index, self, dim, index, src));
}

const searchsortedOperator = new Operator('searchsorted.Tensor');
/** `searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor` */
export function searchsorted(sortedSequence: Tensor, self: Tensor, outInt32?: boolean, right?: boolean, side?: string | null, sorter?: Tensor | null): Tensor {
  return one(native().call(searchsortedOperator.index, sortedSequence, self, outInt32, right, side, sorter));
}

const selectOperator = new Operator('select.int');
/** `select.int(Tensor(a) self, int dim, int index) -> Tensor(a)` */
export function select(self: Tensor, dim: number, index: number): Tensor {
  return one(native().call(selectOperator.index, self, dim, index));
}

const setDataOperator = new Operator('set_data');
/** `set_data(Tensor(a!) self, Tensor new_data) -> ()` */
export function setData(self: Tensor, newData: Tensor): void {
  native().call(setDataOperator.index, self, newData);
}

const sigmoidOperator = new Operator('sigmoid');
/** `sigmoid(Tensor self) -> Tensor` */
export function sigmoid(self: Tensor): Tensor {
  return one(native().call(sigmoidOperator.index, self));
}

const signOperator = new Operator('sign');
/** `sign(Tensor self) -> Tensor` */
export function sign(self: Tensor): Tensor {
  return one(native().call(signOperator.index, self));
}

const siluOperator = new Operator('silu');
/** `silu(Tensor self) -> Tensor` */
export function silu(self: Tensor): Tensor {
  return one(native().call(siluOperator.index, self));
}

const sinOperator = new Operator('sin');
/** `sin(Tensor self) -> Tensor` */
export function sin(self: Tensor): Tensor {
  return one(native().call(sinOperator.index, self));
}

const sliceOperator = new Operator('slice.Tensor');
/** `slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)` */
export function slice(self: Tensor, dim?: number, start?: number | null, end?: number | null, step?: number): Tensor {
  return one(native().call(sliceOperator.index, self, dim, start, end, step));
}

const smoothL1LossOperator = new Operator('smooth_l1_loss');
/** `smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor` */
export function smoothL1Loss(self: Tensor, target: Tensor, reduction?: number, beta?: number): Tensor {
  return one(native().call(smoothL1LossOperator.index, self, target, reduction, beta));
}

const softmaxOperator = new Operator('softmax.int');
/** `softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor` */
export function softmax(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return one(native().call(softmaxOperator.index, self, dim, dtype));
}

const softplusOperator = new Operator('softplus');
/** `softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor` */
export function softplus(self: Tensor, beta?: Scalar, threshold?: Scalar): Tensor {
  return one(native().call(softplusOperator.index, self, beta, threshold));
}

const sortOperator = new Operator('sort');
/** `sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)` */
export function sort(self: Tensor, dim?: number, descending?: boolean): [Tensor, Tensor] {
  const results = native().call(sortOperator.index, self, dim, descending) as unknown[];
  return [one(results[0]), one(results[1])];
}

const splitOperator = new Operator('split.Tensor');
/** `split.Tensor(Tensor(a -> *) self, int split_size, int dim=0) -> Tensor(a)[]` */
export function split(self: Tensor, splitSize: number, dim?: number): Tensor[] {
  return many(native().call(splitOperator.index, self, splitSize, dim));
}

const splitWithSizesOperator = new Operator('split_with_sizes');
/** `split_with_sizes(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]` */
export function splitWithSizes(self: Tensor, splitSizes: readonly number[], dim?: number): Tensor[] {
  return many(native().call(splitWithSizesOperator.index, self, splitSizes, dim));
}

const sqrtOperator = new Operator('sqrt');
/** `sqrt(Tensor self) -> Tensor` */
export function sqrt(self: Tensor): Tensor {
  return one(native().call(sqrtOperator.index, self));
}

const sqrt_Operator = new Operator('sqrt_');
/** `sqrt_(Tensor(a!) self) -> Tensor(a!)` */
export function sqrt_(self: Tensor): Tensor {
  native().call(sqrt_Operator.index, self);
  return self;
}

const squareOperator = new Operator('square');
/** `square(Tensor self) -> Tensor` */
export function square(self: Tensor): Tensor {
  return one(native().call(squareOperator.index, self));
}

const squeezeOperator = new Operator('squeeze');
/** `squeeze(Tensor(a) self) -> Tensor(a)` */
export function squeeze(self: Tensor): Tensor {
  return one(native().call(squeezeOperator.index, self));
}

const squeezeAtOperator = new Operator('squeeze.dim');
/** `squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)` */
export function squeezeAt(self: Tensor, dim: number): Tensor {
  return one(native().call(squeezeAtOperator.index, self, dim));
}

const stackOperator = new Operator('stack');
/** `stack(Tensor[] tensors, int dim=0) -> Tensor` */
export function stack(tensors: readonly Tensor[], dim?: number): Tensor {
  return one(native().call(stackOperator.index, tensors, dim));
}

const stdOperator = new Operator('std');
/** `std(Tensor self, bool unbiased=True) -> Tensor` */
export function std(self: Tensor, unbiased?: boolean): Tensor {
  return one(native().call(stdOperator.index, self, unbiased));
}

const stdAlongOperator = new Operator('std.dim');
/** `std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor` */
export function stdAlong(self: Tensor, dim: readonly number[] | number | null, unbiased?: boolean, keepdim?: boolean): Tensor {
  return one(native().call(stdAlongOperator.index, self, dim, unbiased, keepdim));
}

const subOperator = new Operator('sub.Tensor');
/** `sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor` */
export function sub(self: Tensor, other: Tensor | Scalar, alpha?: Scalar): Tensor {
  return one(native().call(subOperator.index, self, other, alpha));
}

const sub_Operator = new Operator('sub_.Tensor');
/** `sub_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)` */
export function sub_(self: Tensor, other: Tensor | Scalar, alpha?: Scalar): Tensor {
  native().call(sub_Operator.index, self, other, alpha);
  return self;
}

const sumOperator = new Operator('sum');
/** `sum(Tensor self, *, ScalarType? dtype=None) -> Tensor` */
export function sum(self: Tensor, dtype?: DType | null): Tensor {
  return one(native().call(sumOperator.index, self, dtype));
}

const sumAlongOperator = new Operator('sum.dim_IntList');
/** `sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor` */
export function sumAlong(self: Tensor, dim: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return one(native().call(sumAlongOperator.index, self, dim, keepdim, dtype));
}

const tOperator = new Operator('t');
/** `t(Tensor(a) self) -> Tensor(a)` */
export function t(self: Tensor): Tensor {
  return one(native().call(tOperator.index, self));
}

const takeAlongDimOperator = new Operator('take_along_dim');
/** `take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor` */
export function takeAlongDim(self: Tensor, indices: Tensor, dim?: number | null): Tensor {
  return one(native().call(takeAlongDimOperator.index, self, indices, dim));
}

const tanhOperator = new Operator('tanh');
/** `tanh(Tensor self) -> Tensor` */
export function tanh(self: Tensor): Tensor {
  return one(native().call(tanhOperator.index, self));
}

const tileOperator = new Operator('tile');
/** `tile(Tensor self, int[] dims) -> Tensor` */
export function tile(self: Tensor, dims: readonly number[]): Tensor {
  return one(native().call(tileOperator.index, self, dims));
}

const topkOperator = new Operator('topk');
/** `topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)` */
export function topk(self: Tensor, k: number, dim?: number, largest?: boolean, sorted?: boolean): [Tensor, Tensor] {
  const results = native().call(topkOperator.index, self, k, dim, largest, sorted) as unknown[];
  return [one(results[0]), one(results[1])];
}

const traceOperator = new Operator('trace');
/** `trace(Tensor self) -> Tensor` */
export function trace(self: Tensor): Tensor {
  return one(native().call(traceOperator.index, self));
}

const transposeOperator = new Operator('transpose.int');
/** `transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)` */
export function transpose(self: Tensor, dim0: number, dim1: number): Tensor {
  return one(native().call(transposeOperator.index, self, dim0, dim1));
}

const trilOperator = new Operator('tril');
/** `tril(Tensor self, int diagonal=0) -> Tensor` */
export function tril(self: Tensor, diagonal?: number): Tensor {
  return one(native().call(trilOperator.index, self, diagonal));
}

const triuOperator = new Operator('triu');
/** `triu(Tensor self, int diagonal=0) -> Tensor` */
export function triu(self: Tensor, diagonal?: number): Tensor {
  return one(native().call(triuOperator.index, self, diagonal));
}

const unbindOperator = new Operator('unbind.int');
/** `unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]` */
export function unbind(self: Tensor, dim?: number): Tensor[] {
  return many(native().call(unbindOperator.index, self, dim));
}

const unfoldOperator = new Operator('unfold');
/** `unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)` */
export function unfold(self: Tensor, dimension: number, size: number, step: number): Tensor {
  return one(native().call(unfoldOperator.index, self, dimension, size, step));
}

const uniform_Operator = new Operator('uniform_');
/** `uniform_(Tensor(a!) self, float from=0., float to=1., *, Generator? generator=None) -> Tensor(a!)` */
export function uniform_(self: Tensor, from?: number, to?: number, generator?: string | null): Tensor {
  native().call(uniform_Operator.index, self, from, to, generator);
  return self;
}

const uniqueDimOperator = new Operator('unique_dim');
/** `unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)` */
export function uniqueDim(self: Tensor, dim: number, sorted?: boolean, returnInverse?: boolean, returnCounts?: boolean): [Tensor, Tensor, Tensor] {
  const results = native().call(uniqueDimOperator.index, self, dim, sorted, returnInverse, returnCounts) as unknown[];
  return [one(results[0]), one(results[1]), one(results[2])];
}

const uniqueOperator = new Operator('_unique2');
/** `_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)` */
export function unique(self: Tensor, sorted?: boolean, returnInverse?: boolean, returnCounts?: boolean): [Tensor, Tensor, Tensor] {
  const results = native().call(uniqueOperator.index, self, sorted, returnInverse, returnCounts) as unknown[];
  return [one(results[0]), one(results[1]), one(results[2])];
}

const unsqueezeOperator = new Operator('unsqueeze');
/** `unsqueeze(Tensor(a) self, int dim) -> Tensor(a)` */
export function unsqueeze(self: Tensor, dim: number): Tensor {
  return one(native().call(unsqueezeOperator.index, self, dim));
}

const upsampleBicubic2dOperator = new Operator('upsample_bicubic2d');
/** `upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor` */
export function upsampleBicubic2d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return one(native().call(upsampleBicubic2dOperator.index, self, outputSize, alignCorners, scalesH, scalesW));
}

const upsampleBilinear2dOperator = new Operator('upsample_bilinear2d');
/** `upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor` */
export function upsampleBilinear2d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return one(native().call(upsampleBilinear2dOperator.index, self, outputSize, alignCorners, scalesH, scalesW));
}

const upsampleNearest2dOperator = new Operator('upsample_nearest2d');
/** `upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor` */
export function upsampleNearest2d(self: Tensor, outputSize: readonly number[] | number, scalesH?: number | null, scalesW?: number | null): Tensor {
  return one(native().call(upsampleNearest2dOperator.index, self, outputSize, scalesH, scalesW));
}

const varianceOperator = new Operator('var');
/** `var(Tensor self, bool unbiased=True) -> Tensor` */
export function variance(self: Tensor, unbiased?: boolean): Tensor {
  return one(native().call(varianceOperator.index, self, unbiased));
}

const varianceAlongOperator = new Operator('var.dim');
/** `var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor` */
export function varianceAlong(self: Tensor, dim: readonly number[] | number | null, unbiased?: boolean, keepdim?: boolean): Tensor {
  return one(native().call(varianceAlongOperator.index, self, dim, unbiased, keepdim));
}

const varianceAndMeanOperator = new Operator('var_mean.dim');
/** `var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)` */
export function varianceAndMean(self: Tensor, dim: readonly number[] | number | null, unbiased?: boolean, keepdim?: boolean): [Tensor, Tensor] {
  const results = native().call(varianceAndMeanOperator.index, self, dim, unbiased, keepdim) as unknown[];
  return [one(results[0]), one(results[1])];
}

const viewOperator = new Operator('view');
/** `view(Tensor(a) self, SymInt[] size) -> Tensor(a)` */
export function view(self: Tensor, size: readonly number[]): Tensor {
  return one(native().call(viewOperator.index, self, size));
}

const whereOperator = new Operator('where.self');
/** `where.self(Tensor condition, Tensor self, Tensor other) -> Tensor` */
export function where(condition: Tensor, self: Tensor, other: Tensor | Scalar): Tensor {
  return one(native().call(whereOperator.index, condition, self, other));
}

const zero_Operator = new Operator('zero_');
/** `zero_(Tensor(a!) self) -> Tensor(a!)` */
export function zero_(self: Tensor): Tensor {
  native().call(zero_Operator.index, self);
  return self;
}

const zerosLikeOperator = new Operator('zeros_like');
/** `zeros_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor` */
export function zerosLike(self: Tensor, dtype?: DType | null, layout?: string | null, device?: string | null, pinMemory?: boolean | null, memoryFormat?: MemoryFormat | null): Tensor {
  return one(native().call(zerosLikeOperator.index, self, dtype, layout, device, pinMemory, memoryFormat));
}

const foreachAdd_Operator = new Operator('_foreach_add_.List');
/** `_foreach_add_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> ()` */
export function foreachAdd_(self: readonly Tensor[], other: readonly Tensor[], alpha?: Scalar): void {
  native().call(foreachAdd_Operator.index, self, other, alpha);
}

const foreachAddScalar_Operator = new Operator('_foreach_add_.Scalar');
/** `_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()` */
export function foreachAddScalar_(self: readonly Tensor[], scalar: Scalar): void {
  native().call(foreachAddScalar_Operator.index, self, scalar);
}

const foreachAddcdiv_Operator = new Operator('_foreach_addcdiv_.Scalar');
/** `_foreach_addcdiv_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> ()` */
export function foreachAddcdiv_(self: readonly Tensor[], tensor1: readonly Tensor[], tensor2: readonly Tensor[], value?: Scalar): void {
  native().call(foreachAddcdiv_Operator.index, self, tensor1, tensor2, value);
}

const foreachAddcmul_Operator = new Operator('_foreach_addcmul_.Scalar');
/** `_foreach_addcmul_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> ()` */
export function foreachAddcmul_(self: readonly Tensor[], tensor1: readonly Tensor[], tensor2: readonly Tensor[], value?: Scalar): void {
  native().call(foreachAddcmul_Operator.index, self, tensor1, tensor2, value);
}

const foreachDiv_Operator = new Operator('_foreach_div_.List');
/** `_foreach_div_.List(Tensor(a!)[] self, Tensor[] other) -> ()` */
export function foreachDiv_(self: readonly Tensor[], other: readonly Tensor[]): void {
  native().call(foreachDiv_Operator.index, self, other);
}

const foreachDivScalar_Operator = new Operator('_foreach_div_.Scalar');
/** `_foreach_div_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()` */
export function foreachDivScalar_(self: readonly Tensor[], scalar: Scalar): void {
  native().call(foreachDivScalar_Operator.index, self, scalar);
}

const foreachMul_Operator = new Operator('_foreach_mul_.List');
/** `_foreach_mul_.List(Tensor(a!)[] self, Tensor[] other) -> ()` */
export function foreachMul_(self: readonly Tensor[], other: readonly Tensor[]): void {
  native().call(foreachMul_Operator.index, self, other);
}

const foreachMulScalar_Operator = new Operator('_foreach_mul_.Scalar');
/** `_foreach_mul_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()` */
export function foreachMulScalar_(self: readonly Tensor[], scalar: Scalar): void {
  native().call(foreachMulScalar_Operator.index, self, scalar);
}

const foreachSqrtOperator = new Operator('_foreach_sqrt');
/** `_foreach_sqrt(Tensor[] self) -> Tensor[]` */
export function foreachSqrt(self: readonly Tensor[]): Tensor[] {
  return many(native().call(foreachSqrtOperator.index, self));
}

const foreachSub_Operator = new Operator('_foreach_sub_.List');
/** `_foreach_sub_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> ()` */
export function foreachSub_(self: readonly Tensor[], other: readonly Tensor[], alpha?: Scalar): void {
  native().call(foreachSub_Operator.index, self, other, alpha);
}

const foreachNormOperator = new Operator('_foreach_norm.Scalar');
/** `_foreach_norm.Scalar(Tensor[] self, Scalar ord=2) -> Tensor[]` */
export function foreachNorm(self: readonly Tensor[], ord?: Scalar): Tensor[] {
  return many(native().call(foreachNormOperator.index, self, ord));
}

const foreachZero_Operator = new Operator('_foreach_zero_');
/** `_foreach_zero_(Tensor(a!)[] self) -> ()` */
export function foreachZero_(self: readonly Tensor[]): void {
  native().call(foreachZero_Operator.index, self);
}

const batchNormStatsOperator = new Operator('batch_norm_stats');
/** `batch_norm_stats(Tensor input, float eps) -> (Tensor, Tensor)` */
export function batchNormStats(input: Tensor, eps: number): [Tensor, Tensor] {
  const results = native().call(batchNormStatsOperator.index, input, eps) as unknown[];
  return [one(results[0]), one(results[1])];
}

const batchNormGatherStatsWithCountsOperator = new Operator('batch_norm_gather_stats_with_counts');
/** `batch_norm_gather_stats_with_counts(Tensor input, Tensor mean, Tensor invstd, Tensor? running_mean, Tensor? running_var, float momentum, float eps, Tensor counts) -> (Tensor, Tensor)` */
export function batchNormGatherStatsWithCounts(input: Tensor, mean: Tensor, invstd: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, momentum: number, eps: number, counts: Tensor): [Tensor, Tensor] {
  const results = native().call(batchNormGatherStatsWithCountsOperator.index, input, mean, invstd, runningMean, runningVar, momentum, eps, counts) as unknown[];
  return [one(results[0]), one(results[1])];
}

const batchNormElemtOperator = new Operator('batch_norm_elemt');
/** `batch_norm_elemt(Tensor input, Tensor? weight, Tensor? bias, Tensor mean, Tensor invstd, float eps) -> Tensor` */
export function batchNormElemt(input: Tensor, weight: Tensor | null, bias: Tensor | null, mean: Tensor, invstd: Tensor, eps: number): Tensor {
  return one(native().call(batchNormElemtOperator.index, input, weight, bias, mean, invstd, eps));
}

const batchNormBackwardReduceOperator = new Operator('batch_norm_backward_reduce');
/** `batch_norm_backward_reduce(Tensor grad_out, Tensor input, Tensor mean, Tensor invstd, Tensor? weight, bool input_g, bool weight_g, bool bias_g) -> (Tensor, Tensor, Tensor, Tensor)` */
export function batchNormBackwardReduce(gradOut: Tensor, input: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | null, inputG: boolean, weightG: boolean, biasG: boolean): [Tensor, Tensor, Tensor, Tensor] {
  const results = native().call(batchNormBackwardReduceOperator.index, gradOut, input, mean, invstd, weight, inputG, weightG, biasG) as unknown[];
  return [one(results[0]), one(results[1]), one(results[2]), one(results[3])];
}

const batchNormBackwardElemtOperator = new Operator('batch_norm_backward_elemt');
/** `batch_norm_backward_elemt(Tensor grad_out, Tensor input, Tensor mean, Tensor invstd, Tensor? weight, Tensor mean_dy, Tensor mean_dy_xmu, Tensor count) -> Tensor` */
export function batchNormBackwardElemt(gradOut: Tensor, input: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | null, meanDy: Tensor, meanDyXmu: Tensor, count: Tensor): Tensor {
  return one(native().call(batchNormBackwardElemtOperator.index, gradOut, input, mean, invstd, weight, meanDy, meanDyXmu, count));
}
