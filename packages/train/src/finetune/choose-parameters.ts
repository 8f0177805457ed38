// Which parameters of a network learn, and how fast: all, the last fully connected layer, or parts by name.
import { nn, type Tensor } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import type { Backbone } from '../backbones/backbone.js';
import type { Experiment } from '../loop/experiment.js';

/** Parameters that share a learning rate. */
export interface LearningGroup {
  readonly parameters: readonly Tensor[];
  /** Factor to the experiment's learning rate. */
  readonly factor: number;
}

/**
 * Freezes what is not to learn and groups the rest.
 * @throws InsightFaceError `EXPERIMENT_INVALID` when a part names nothing, and shows what there is.
 */
export function chooseParameters(
  backbone: Backbone,
  choice: NonNullable<Experiment['finetune']>['train'] = 'all',
): LearningGroup[] {
  // Some never learn, such as the gain of an iResNet's last normalisation.
  const named = [...backbone.namedParameters()].filter(([, tensor]) => tensor.requiresGrad);
  if (choice === 'all') return [{ parameters: named.map(([, tensor]) => tensor), factor: 1 }];
  const parts = choice === 'lastLayer' ? lastLayer(backbone).map(part => ({ part, lr: 1 })) : choice;
  const groups = parts.map(({ part, lr }) => ({ part, lr, parameters: [] as Tensor[] }));
  for (const [name, tensor] of named) {
    const group = groups.find(({ part }) => name === part || name.startsWith(`${part}.`));
    if (group) group.parameters.push(tensor);
    else tensor.requiresGrad = false;
  }
  // A part whose parameters never learn, such as that normalisation alone, is no mistake of the last layer's.
  const empty = choice === 'lastLayer' ? undefined : groups.find(({ parameters }) => parameters.length === 0);
  if (empty)
    throw new InsightFaceError(
      'EXPERIMENT_INVALID',
      `finetune.train names ${empty.part}, but the network's parts are ${topParts(backbone).join(', ')}.`,
    );
  return groups
    .filter(({ parameters }) => parameters.length > 0)
    .map(({ parameters, lr }) => ({ parameters, factor: lr }));
}

/** Training mode, but for normalisations that are frozen: their statistics stay as they are. */
export function trainUnfrozen(backbone: Backbone): void {
  backbone.train();
  for (const module of backbone.modules())
    if ((module instanceof nn.BatchNorm1d || module instanceof nn.BatchNorm2d) && isFrozen(module))
      module.eval();
}

function isFrozen(module: nn.Module): boolean {
  return module.parameters().every(tensor => !tensor.requiresGrad);
}

/** Names of the last linear layer and of all behind it. */
function lastLayer(backbone: Backbone): string[] {
  const leaves = [...backbone.namedModules()].filter(([, module]) => module.namedChildren().size === 0);
  const last = leaves.findLastIndex(([, module]) => module instanceof nn.Linear);
  return leaves.slice(last).map(([name]) => name);
}

function topParts(backbone: Backbone): string[] {
  return [...backbone.namedChildren().keys()];
}
