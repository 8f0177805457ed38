// npm's own libraries that come without types: the part that is used here.
declare module '@npmcli/config' {
  export default class Config {
    constructor(options: {
      readonly definitions: object;
      readonly shorthands: object;
      readonly flatten: unknown;
      readonly npmPath: string;
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string | undefined>>;
      readonly execPath: string;
      readonly platform: string;
      readonly cwd: string;
      readonly warn: boolean;
    });
    load(): Promise<void>;
    readonly flat: Record<string, unknown>;
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const npm: {
    readonly definitions: object;
    readonly shorthands: object;
    readonly flatten: unknown;
    readonly defaults: { readonly registry: string };
  };
  export default npm;
}

declare module 'make-fetch-happen' {
  export interface FetchResponse {
    readonly status: number;
    readonly headers: { get(name: string): string | null };
    readonly body: AsyncIterable<Uint8Array> & { resume(): unknown };
  }
  export default function fetch(url: string, options: object): Promise<FetchResponse>;
}
