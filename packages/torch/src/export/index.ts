export * from './export-onnx.js';
export * from './onnx-graph.js';
