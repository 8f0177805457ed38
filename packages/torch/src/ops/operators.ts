// The operators with a typed function each: training of CNNs and ViTs, losses, optimizers, augmentation, evaluation.
// A line is ATen's name with its overload, and the function's name where it is not the operator's in camelCase.
// After a change: npm run generate:ops
export const OPERATORS = `
abs
acos
add.Tensor
add_.Tensor
addcdiv
addcdiv_
addcmul
addcmul_
addmm
affine_grid_generator
all
all.dim allAlong
allclose
amax
amin
any
any.dim anyAlong
arange.start_step
arccos
argmax
argmin
argsort
as_strided
atan2
avg_pool2d
adaptive_avg_pool2d
batch_norm
bernoulli
bernoulli_.float
bincount
bitwise_and.Tensor
bitwise_or.Tensor
bmm
bucketize.Tensor
cat
ceil
chunk
clamp
clamp_
clamp.Tensor clampBy
clamp_min
clamp_max
clone
constant_pad_nd
contiguous
conv2d
copy_
cos
cosine_similarity
cross_entropy_loss
cumsum
detach
detach_
diag
diagonal
div.Tensor
div_.Tensor
dropout
einsum
embedding
empty_like
eq.Tensor
equal
erf
erfinv_
exp
expand
expand_as
eye
fill_.Scalar
flatten.using_ints
flip
floor
fmod.Tensor
frobenius_norm.dim
full_like
gather
ge.Tensor
gelu
grid_sampler
group_norm
gt.Tensor
hardtanh
im2col
index.Tensor
index_add
index_add_
index_copy_
index_fill_.int_Scalar
index_put_
index_select
instance_norm
isfinite
isinf
isnan
is_same_size
kl_div
l1_loss
layer_norm
le.Tensor
leaky_relu
lerp_.Scalar
lerp.Scalar
linalg_vector_norm
linalg_svd
linear
log
log1p
log_softmax.int
logical_and
logical_not
logical_or
logsumexp
lt.Tensor
masked_fill.Scalar
masked_fill_.Scalar
masked_scatter
masked_select
matmul
max
max.dim maxAlong
max_pool2d
maximum
mean
mean.dim meanAlong
median
min
min.dim minAlong
minimum
mm
mse_loss
mul.Tensor
mul_.Tensor
multinomial
mv
nan_to_num
narrow
native_batch_norm
ne.Tensor
neg
neg_
new_empty
new_full
new_zeros
nll_loss
nonzero
norm.Scalar
norm.ScalarOpt_dim normAlong
normal_
one_hot
ones_like
outer
permute
pixel_shuffle
pow.Tensor_Scalar
pow.Tensor_Tensor powTensor
prelu
prod
prod.dim_int prodAlong
quantile.scalar
rand_like
randint.low
randn_like
reciprocal
relu
relu_
relu6
remainder.Tensor
repeat
repeat_interleave.self_int
reshape
roll
rot90
round
rsqrt
scatter.src
scatter.value scatterValue
scatter_.src
scatter_.value scatterValue_
scatter_add
searchsorted.Tensor
select.int
set_data
sigmoid
sign
silu
sin
slice.Tensor
smooth_l1_loss
softmax.int
softplus
sort
split.Tensor
split_with_sizes
sqrt
sqrt_
square
squeeze
squeeze.dim squeezeAt
stack
std
std.dim stdAlong
sub.Tensor
sub_.Tensor
sum
sum.dim_IntList sumAlong
t
take_along_dim
tanh
tile
topk
trace
transpose.int
tril
triu
unbind.int
unfold
uniform_
unique_dim
_unique2 unique
unsqueeze
upsample_bicubic2d
upsample_bilinear2d
upsample_nearest2d
var variance
var.dim varianceAlong
var_mean.dim varianceAndMean
view
where.self
zero_
zeros_like
_foreach_add_.List foreachAdd_
_foreach_add_.Scalar foreachAddScalar_
_foreach_addcdiv_.Scalar foreachAddcdiv_
_foreach_addcmul_.Scalar foreachAddcmul_
_foreach_div_.List foreachDiv_
_foreach_div_.Scalar foreachDivScalar_
_foreach_mul_.List foreachMul_
_foreach_mul_.Scalar foreachMulScalar_
_foreach_sqrt foreachSqrt
_foreach_sub_.List foreachSub_
_foreach_norm.Scalar foreachNorm
_foreach_zero_ foreachZero_
batch_norm_stats
batch_norm_gather_stats_with_counts
batch_norm_elemt
batch_norm_backward_reduce
batch_norm_backward_elemt
`
  .trim()
  .split('\n');
