// A multipart body for `app.inject()`.

export interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Text, a file with its name, or the bytes of one that is named like its field. */
export type FormValue = string | Uint8Array | FormFile;

/** Values by field. */
export function formPayload(fields: Readonly<Record<string, FormValue | readonly FormValue[]>>) {
  const boundary = 'test-boundary';
  const parts: Uint8Array[] = [];
  for (const [field, values] of Object.entries(fields))
    for (const value of isOne(values) ? [values] : values) {
      const file = value instanceof Uint8Array ? { name: `${field}.jpg`, bytes: value } : value;
      const isText = typeof file === 'string';
      const more = isText ? '' : `; filename="${file.name}"\r\ncontent-type: image/jpeg`;
      parts.push(
        Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${field}"${more}\r\n\r\n`),
      );
      parts.push(isText ? Buffer.from(file) : file.bytes, Buffer.from('\r\n'));
    }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    payload: Buffer.concat(parts),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

function isOne(values: FormValue | readonly FormValue[]): values is FormValue {
  return !Array.isArray(values);
}
