// Recipes: experiments by name. A person names one in place of a file, and sets what is different.
import type { ExperimentInput } from '../loop/experiment.js';
import { largeRecipes } from './large.js';
import { smallRecipes } from './small.js';

/** All recipes by name; `notes` says what each needs and what it reached. */
export const recipes: ReadonlyMap<string, ExperimentInput> = new Map([...smallRecipes, ...largeRecipes]);
