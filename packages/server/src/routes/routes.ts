// Every route there is, by the file that has it.
import type { App } from './app.js';
import { addCompreFace } from './compreface/index.js';
import { addInsightFaceRest } from './insightface-rest/index.js';
import { addAnalyze } from './v1/analyze.js';
import { addAudit } from './v1/audit.js';
import { addClusters } from './v1/clusters.js';
import { addCompare } from './v1/compare.js';
import { addDetect } from './v1/detect.js';
import { addEmbeddings } from './v1/embeddings.js';
import { addFaces } from './v1/faces.js';
import { addHealth } from './v1/health.js';
import { addIdentify } from './v1/identify.js';
import { addJobs } from './v1/jobs.js';
import { addKeys } from './v1/keys.js';
import { addMe } from './v1/me.js';
import { addMetrics } from './v1/metrics.js';
import { addModels } from './v1/models.js';
import { addPeople } from './v1/people.js';
import { addPersonRoutes } from './v1/person.js';
import { addSearch } from './v1/search.js';
import { addSettings } from './v1/settings.js';
import { addSystem } from './v1/system.js';
import { addTenants } from './v1/tenants.js';
import { addThresholds } from './v1/thresholds.js';
import { addVerify } from './v1/verify.js';

export async function addRoutes(app: App): Promise<void> {
  for (const add of [
    ...[addHealth, addMe, addSystem, addMetrics, addModels, addThresholds, addSettings],
    ...[addDetect, addAnalyze, addEmbeddings, addCompare, addVerify, addSearch, addIdentify],
    ...[addPeople, addPersonRoutes, addFaces, addClusters, addJobs],
    ...[addKeys, addTenants, addAudit, addCompreFace, addInsightFaceRest],
  ])
    add(app);
}
