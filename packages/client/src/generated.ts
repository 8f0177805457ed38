// Generated from the OpenAPI document of @insightface-ts/server: vitest run packages/client --update

export type Face = {
  /** x1, y1, x2, y2 in pixels of the upright image */
  box: [number, number, number, number];
  /** Detection score, 0 to 1 */
  score: number;
  /** Left eye, right eye, nose, left and right mouth corner */
  landmarks?: [number, number][];
  /** 0 to 1 */
  quality: number;
  /** Degrees */
  pose: {
    yaw: number;
    pitch: number;
    roll: number;
  };
  /** Years */
  age?: number;
  ageRange?: [number, number];
  gender?: "M" | "F";
  genderScore?: number;
  /** Probability that the face is live */
  liveness?: number;
  /** Unit length */
  embedding?: number[];
  /** data: URI of a JPEG, aligned, 112x112 */
  crop?: string;
};

export type ImageSize = {
  width: number;
  height: number;
};

export type ImageSource = string | {
  /** Within an allowed folder */
  path: string;
} | {
  /** Of an allowed host */
  url: string;
};

export type Job = {
  id: string;
  kind: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  createdAt: string;
  /** Photos */
  progress: {
    done: number;
    total: number;
  };
  result?: unknown;
  error?: {
    code: string;
    message: string;
  };
};

export type Key = {
  id: string;
  tenant: string;
  createdAt: string;
  name: string;
  roles: ("admin" | "enrol" | "search" | "verify" | "audit")[];
  ratePerMinute?: number;
  quotaPerDay?: number;
  expiresAt?: string;
};

export type Match = {
  person: {
    id: string;
    name: string;
    tags: string[];
  };
  /** Cosine, -1 to 1 */
  similarity: number;
  /** Probability of one person, if half of all pairs are; null where it was not measured */
  confidence: number | null;
  /** The similarity reaches the threshold */
  match: boolean;
  templateId: string;
  photo?: string;
};

export type Person = {
  id: string;
  name: string;
  tags: string[];
  metadata: Record<string, unknown>;
  /** How many faces are enrolled */
  templates: number;
  createdAt: string;
  /** Path of a face’s JPEG */
  photo?: string;
};

export type Settings = {
  /** False accept rate whose measured threshold decides, unless `threshold` is set */
  far: number;
  /** Cosine from which on two faces are one person; null: by `far` */
  threshold: number | null;
  /** How much more similar the best person must be than the next to be identified; 0: not asked for */
  identifyMargin: number;
  /** Keep a crop of 112x112 pixels of every enrolled face */
  keepPhotos: boolean;
  /** Lowest quality of a face to be enrolled */
  minQuality: number;
  /** Smallest side of the box of a face to be enrolled, in pixels */
  minFaceSize: number;
  liveness: {
    /** Accept only faces that count as live; the pack needs such a model */
    required: boolean;
    threshold: number;
  };
};

export type AuditRecord = {
  seq: number;
  time: string;
  action: string;
  actor: string;
  tenant?: string;
  subject?: string;
  model?: string;
  threshold?: number;
  score?: number;
  outcome: string;
  requestId?: string;
  details?: Record<string, unknown>;
  previous: string;
  hash: string;
};

/** What each operation of the server's own API takes and answers. */
export interface Operations {
  /** Describe the faces of `image`, or of each of `images` */
  'POST /v1/analyze': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
    };
    body: {
      image?: ImageSource;
      images?: ImageSource[];
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
    } | FormData;
    answer: {
      image?: ImageSize;
      faces?: Face[];
      results?: {
        name: string;
        image?: ImageSize;
        faces?: Face[];
        error?: {
          code: string;
          message: string;
        };
      }[];
    };
  };
  /** Records, oldest or newest first */
  'GET /v1/audit': {
    query?: {
      after?: number;
      limit?: number;
      action?: string;
      actor?: string;
      subject?: string;
      order?: "oldest" | "newest";
      from?: string;
      to?: string;
    };
    answer: {
      records: AuditRecord[];
      /** For `after`; null at the end */
      next: number | null;
    };
  };
  /** Whether the log is whole, as verified within the last minute */
  'GET /v1/audit/state': {
    answer: {
      ok: boolean;
      lastVerifiedAt: string;
      records: number;
      checkpoints: number;
      fault?: {
        seq: number;
        reason: string;
        message: string;
      };
      head: {
        seq: number;
        hash: string;
        time: string;
      };
      /** Fingerprint of the signing key */
      key: string;
      /** What does not work in the background */
      problems: string[];
    };
  };
  /** Put the faces of many photos together by person; GET /v1/jobs/:id has the result */
  'POST /v1/clusters': {
    query?: {
      threshold?: number;
    };
    body: {
      images?: ImageSource[];
      /** Cosine from which on faces are one person’s */
      threshold?: number;
    } | FormData;
    answer: Job;
  };
  /** Compare the largest faces of two pictures */
  'POST /v1/compare': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
      threshold?: number;
      far?: number;
    };
    body: {
      source: ImageSource | {
        person: string;
      };
      target: ImageSource;
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
      /** Cosine that decides */
      threshold?: number;
      /** False accept rate */
      far?: number;
    } | FormData;
    answer: {
      similarity: number;
      confidence: number | null;
      threshold: number;
      match: boolean;
      source?: Face;
      target: Face;
    };
  };
  /** Find the faces of a picture */
  'POST /v1/detect': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
    };
    body: {
      image?: ImageSource;
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
    } | FormData;
    answer: {
      image: ImageSize;
      faces: Face[];
    };
  };
  /** Embeddings of all faces */
  'POST /v1/embeddings': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
      aligned?: boolean;
    };
    body: {
      image?: ImageSource;
      images?: ImageSource[];
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
      /** The pictures are aligned crops already, 112x112. Default false */
      aligned?: boolean;
    } | FormData;
    answer: {
      model: {
        name: string;
        fingerprint: string;
        dimension: number;
      };
      faces: {
        /** Which picture, from 0 */
        image: number;
        box: number[];
        score: number;
        /** Unit length */
        embedding: number[];
      }[];
    };
  };
  /** Whether the process lives */
  'GET /v1/health': {
    answer: {
      status: "ok";
      version: string;
    };
  };
  /** Who each face is: one person, or nobody with the reason */
  'POST /v1/identify': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
      threshold?: number;
      far?: number;
      tags?: string[];
    };
    body: {
      image?: ImageSource;
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
      /** Cosine that decides */
      threshold?: number;
      /** False accept rate */
      far?: number;
      tags?: string[];
    } | FormData;
    answer: {
      image: ImageSize;
      threshold: number;
      /** Asked for between the best and the next person */
      margin: number;
      faces: {
        /** x1, y1, x2, y2 in pixels of the upright image */
        box: [number, number, number, number];
        /** Detection score, 0 to 1 */
        score: number;
        /** Left eye, right eye, nose, left and right mouth corner */
        landmarks?: [number, number][];
        /** 0 to 1 */
        quality: number;
        /** Degrees */
        pose: {
          yaw: number;
          pitch: number;
          roll: number;
        };
        /** Years */
        age?: number;
        ageRange?: [number, number];
        gender?: "M" | "F";
        genderScore?: number;
        /** Probability that the face is live */
        liveness?: number;
        /** Unit length */
        embedding?: number[];
        /** data: URI of a JPEG, aligned, 112x112 */
        crop?: string;
        matches: Match[];
        /** How much more similar the best person is than the next; null when there is none */
        margin: number | null;
        reason?: "NOBODY" | "SIMILARITY" | "MARGIN" | "LIVENESS";
      }[];
    };
  };
  /** Jobs, oldest first, without their results */
  'GET /v1/jobs': {
    answer: {
      jobs: Job[];
    };
  };
  /** Work on an allowed folder in the background */
  'POST /v1/jobs': {
    body: {
      kind: "enrol-folder" | "cluster-folder" | "analyze-folder";
      path: string;
      options?: {
        /** enrol-folder: the largest face of several */
        largest?: boolean;
        /** cluster-folder */
        threshold?: number;
      };
    };
    answer: Job;
  };
  /** A job with its result */
  'GET /v1/jobs/{id}': {
    path: {
      id: string;
    };
    answer: Job;
  };
  /** Stop a job, or forget one that is over */
  'DELETE /v1/jobs/{id}': {
    path: {
      id: string;
    };
    answer: undefined;
  };
  /** Keys of this tenant; of all tenants for an admin of the root tenant */
  'GET /v1/keys': {
    answer: {
      keys: Key[];
    };
  };
  /** Make a key; this answer is the only place where it is seen */
  'POST /v1/keys': {
    body: {
      name: string;
      roles: ("admin" | "enrol" | "search" | "verify" | "audit")[];
      ratePerMinute?: number;
      quotaPerDay?: number;
      expiresAt?: string;
      tenant?: string;
    };
    answer: {
      key: string;
      id: string;
      tenant: string;
      createdAt: string;
      name: string;
      roles: ("admin" | "enrol" | "search" | "verify" | "audit")[];
      ratePerMinute?: number;
      quotaPerDay?: number;
      expiresAt?: string;
    };
  };
  /** End a key, at once */
  'DELETE /v1/keys/{id}': {
    path: {
      id: string;
    };
    answer: undefined;
  };
  /** Who this key belongs to */
  'GET /v1/me': {
    answer: {
      keyId: string;
      name: string;
      tenant: string;
      roles: ("admin" | "enrol" | "search" | "verify" | "audit")[];
    };
  };
  /** Models, their licences and what was measured */
  'GET /v1/models': {
    answer: {
      pack: {
        name: string;
        title: string;
        licence: string;
      };
      models: {
        name: string;
        task: string;
        licence: string;
        files: {
          file: string;
          source?: string;
          sha256?: string;
        }[];
      }[];
      recognizer: {
        name: string;
        dimension: number;
        fingerprint: string;
        thresholds?: Record<string, number>;
        calibration?: {
          slope: number;
          offset: number;
        };
      };
    };
  };
  /** Load the pack anew, or another with the same recogniser */
  'POST /v1/models/reload': {
    body: {
      pack?: string;
    };
    answer: {
      pack: {
        name: string;
        title: string;
        licence: string;
      };
      models: {
        name: string;
        task: string;
        licence: string;
        files: {
          file: string;
          source?: string;
          sha256?: string;
        }[];
      }[];
      recognizer: {
        name: string;
        dimension: number;
        fingerprint: string;
        thresholds?: Record<string, number>;
        calibration?: {
          slope: number;
          offset: number;
        };
      };
    };
  };
  /** People in the order of their names */
  'GET /v1/people': {
    query?: {
      after?: string;
      limit?: number;
      search?: string;
      tags?: string[];
    };
    answer: {
      people: Person[];
      /** For `after`; null at the end */
      next: string | null;
    };
  };
  /** Add a person, with pictures of one face each or without */
  'POST /v1/people': {
    query?: {
      largest?: boolean;
    };
    body: {
      images?: ImageSource[];
      name: string;
      tags?: string[];
      metadata?: Record<string, unknown> | string;
    } | FormData;
    answer: {
      person: Person;
      enrolled: {
        /** Of the picture */
        name: string;
        templateId: string;
        face: Face;
        quality: number;
        hints: ("SMALL_FACE" | "TURNED_AWAY" | "LOW_QUALITY" | "UNCERTAIN_FACE")[];
      }[];
      rejected: {
        name: string;
        code: string;
        message: string;
      }[];
    };
  };
  /** A person */
  'GET /v1/people/{id}': {
    path: {
      id: string;
    };
    answer: Person;
  };
  /** Rename a person, or replace tags or metadata */
  'PATCH /v1/people/{id}': {
    path: {
      id: string;
    };
    body: {
      name?: string;
      tags?: string[];
      metadata?: Record<string, unknown> | string;
    };
    answer: Person;
  };
  /** Delete a person with all faces and photos */
  'DELETE /v1/people/{id}': {
    path: {
      id: string;
    };
    answer: undefined;
  };
  /** Enrolled faces, oldest first */
  'GET /v1/people/{id}/faces': {
    path: {
      id: string;
    };
    answer: {
      faces: {
        id: string;
        createdAt: string;
        source?: string;
        /** Path of a JPEG */
        photo?: string;
      }[];
    };
  };
  /** Enrol more pictures, of one face each */
  'POST /v1/people/{id}/faces': {
    path: {
      id: string;
    };
    query?: {
      largest?: boolean;
    };
    body: {
      images?: ImageSource[];
    } | FormData;
    answer: {
      person: Person;
      enrolled: {
        /** Of the picture */
        name: string;
        templateId: string;
        face: Face;
        quality: number;
        hints: ("SMALL_FACE" | "TURNED_AWAY" | "LOW_QUALITY" | "UNCERTAIN_FACE")[];
      }[];
      rejected: {
        name: string;
        code: string;
        message: string;
      }[];
    };
  };
  /** Delete one face with its photo */
  'DELETE /v1/people/{id}/faces/{templateId}': {
    path: {
      id: string;
      templateId: string;
    };
    answer: undefined;
  };
  /** The kept crop of a face, a JPEG */
  'GET /v1/people/{id}/faces/{templateId}/photo': {
    path: {
      id: string;
      templateId: string;
    };
    answer: Blob;
  };
  /** Take over the faces of another person, who ends */
  'POST /v1/people/{id}/merge': {
    path: {
      id: string;
    };
    body: {
      /** Id */
      from: string;
    };
    answer: Person;
  };
  /** Whether requests can be answered */
  'GET /v1/ready': {
    answer: {
      status: "ok" | "failing";
      checks: {
        models: "ok" | "failing";
        store: "ok" | "failing";
        audit: "ok" | "failing";
        queue: "ok" | "failing";
      };
    };
  };
  /** The people most like each face; `match` says who reaches the threshold */
  'POST /v1/search': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
      threshold?: number;
      far?: number;
      tags?: string[];
      limit?: number;
    };
    body: {
      image?: ImageSource;
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
      /** Cosine that decides */
      threshold?: number;
      /** False accept rate */
      far?: number;
      tags?: string[];
      /** Most people a face. Default 5 */
      limit?: number;
    } | FormData;
    answer: {
      image: ImageSize;
      threshold: number;
      faces: {
        /** x1, y1, x2, y2 in pixels of the upright image */
        box: [number, number, number, number];
        /** Detection score, 0 to 1 */
        score: number;
        /** Left eye, right eye, nose, left and right mouth corner */
        landmarks?: [number, number][];
        /** 0 to 1 */
        quality: number;
        /** Degrees */
        pose: {
          yaw: number;
          pitch: number;
          roll: number;
        };
        /** Years */
        age?: number;
        ageRange?: [number, number];
        gender?: "M" | "F";
        genderScore?: number;
        /** Probability that the face is live */
        liveness?: number;
        /** Unit length */
        embedding?: number[];
        /** data: URI of a JPEG, aligned, 112x112 */
        crop?: string;
        matches: Match[];
      }[];
    };
  };
  /** Settings of this tenant */
  'GET /v1/settings': {
    answer: Settings;
  };
  /** Change settings; they count from the next request on */
  'PUT /v1/settings': {
    body: Settings;
    answer: Settings;
  };
  /** How the service does */
  'GET /v1/system': {
    answer: {
      version: string;
      /** Seconds */
      uptime: number;
      node: string;
      cpus: number;
      /** Bytes */
      memory: {
        rss: number;
        heapUsed: number;
      };
      pool: Record<string, unknown>;
      store: Record<string, unknown>;
      audit: Record<string, unknown>;
    };
  };
  /** Tenants */
  'GET /v1/tenants': {
    answer: {
      tenants: {
        id: string;
        createdAt: string;
      }[];
    };
  };
  /** Make a tenant */
  'POST /v1/tenants': {
    body: {
      id: string;
    };
    answer: {
      id: string;
      createdAt: string;
    };
  };
  /** Delete a tenant with its keys, people and photos */
  'DELETE /v1/tenants/{id}': {
    path: {
      id: string;
    };
    answer: undefined;
  };
  /** Cosine by false accept rate, and the rate by cosine */
  'GET /v1/thresholds': {
    answer: {
      current: number | null;
      /** Measured: cosine by rate */
      far: Record<string, number>;
      curve: {
        threshold: number;
        /** Measured, interpolated in its logarithm */
        far: number;
      }[];
    };
  };
  /** Is the largest face of the picture this person’s? */
  'POST /v1/verify': {
    query?: {
      detThresh?: number;
      maxFaces?: number;
      minFaceSize?: number;
      embeddings?: boolean;
      crops?: boolean;
      landmarks?: boolean;
      attributes?: boolean;
      threshold?: number;
      far?: number;
      person?: string;
    };
    body: {
      image?: ImageSource;
      /** Lowest detection score */
      detThresh?: number;
      /** Most faces; 0: all */
      maxFaces?: number;
      /** Smallest side of a box, in pixels */
      minFaceSize?: number;
      /** With embeddings. Default false */
      embeddings?: boolean;
      /** With aligned crops. Default false */
      crops?: boolean;
      /** With the five points. Default false */
      landmarks?: boolean;
      /** With age, gender, liveness. Default true */
      attributes?: boolean;
      /** Cosine that decides */
      threshold?: number;
      /** False accept rate */
      far?: number;
      /** Id or name */
      person?: string;
    } | FormData;
    answer: {
      match: boolean;
      similarity: number;
      confidence: number | null;
      threshold: number;
      /** The rate that set the threshold */
      far: number | null;
      reason?: "SIMILARITY" | "LIVENESS";
      face: Face;
      person: {
        id: string;
        name: string;
      };
    };
  };
}
