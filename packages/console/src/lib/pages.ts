// The pages, in the order of the menu, and who sees them. Each is fetched when it is first opened.
import type { Component } from 'svelte';
import type { TextName } from './language.svelte.js';
import type { session } from './session.svelte.js';

export interface Page {
  readonly name: string;
  readonly title: TextName;
  isFor(who: typeof session): boolean;
  load(): Promise<{ default: Component }>;
}

export const pages: readonly Page[] = [
  {
    name: 'analyse',
    title: 'analyse',
    isFor: who => who.may('search', 'verify', 'enrol'),
    load: () => import('../pages/Analyse.svelte'),
  },
  {
    name: 'people',
    title: 'people',
    isFor: who => who.may('search', 'enrol'),
    load: () => import('../pages/People.svelte'),
  },
  {
    name: 'search',
    title: 'search',
    isFor: who => who.may('search'),
    load: () => import('../pages/Search.svelte'),
  },
  {
    name: 'verify',
    title: 'verify',
    isFor: who => who.may('verify'),
    load: () => import('../pages/Verify.svelte'),
  },
  {
    name: 'clusters',
    title: 'clusters',
    isFor: who => who.may('search'),
    load: () => import('../pages/Clusters.svelte'),
  },
  {
    name: 'live',
    title: 'live',
    isFor: who => who.may('search'),
    load: () => import('../pages/Live.svelte'),
  },
  {
    name: 'thresholds',
    title: 'thresholds',
    isFor: who => who.may('admin'),
    load: () => import('../pages/Thresholds.svelte'),
  },
  {
    name: 'jobs',
    title: 'jobs',
    isFor: who => who.may('enrol', 'search'),
    load: () => import('../pages/Jobs.svelte'),
  },
  {
    name: 'keys',
    title: 'keys',
    isFor: who => who.may('admin'),
    load: () => import('../pages/Keys.svelte'),
  },
  {
    name: 'audit',
    title: 'audit',
    isFor: who => who.may('audit'),
    load: () => import('../pages/Audit.svelte'),
  },
  {
    name: 'models',
    title: 'models',
    isFor: () => true,
    load: () => import('../pages/Models.svelte'),
  },
  {
    name: 'health',
    title: 'health',
    isFor: who => who.isRoot,
    load: () => import('../pages/Health.svelte'),
  },
];
