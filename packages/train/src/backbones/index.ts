export { Backbone, type BackboneOptions } from './backbone.js';
export { IResNet, type IResNetOptions } from './iresnet.js';
export { MobileFaceNet, type MobileFaceNetOptions } from './mobilefacenet.js';
export * from './registry.js';
export { TransformerBlock } from './transformer-block.js';
export { VisionTransformer, type VisionTransformerOptions } from './vit.js';
