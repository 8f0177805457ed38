// Photos that were picked or dropped.

/** Kinds that the server reads. */
export const photoTypes = 'image/jpeg,image/png,image/webp,image/gif,image/tiff,image/avif,image/bmp';

export interface Photo {
  readonly file: File;
  /** For <img>. */
  readonly url: string;
}

export function toPhotos(files: Iterable<File>): Photo[] {
  return [...files].filter(isPhoto).map(file => ({ file, url: URL.createObjectURL(file) }));
}

export function releasePhotos(photos: readonly Photo[]): void {
  for (const { url } of photos) URL.revokeObjectURL(url);
}

function isPhoto({ type, name }: File): boolean {
  return type.startsWith('image/') || /\.(jpe?g|png|webp|gif|tiff?|avif|bmp)$/i.test(name);
}

/** What lies behind an item that was dropped; folders are walked through. */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  const entries = [...items].flatMap(item => item.webkitGetAsEntry() ?? []);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isFileEntry(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  if (!isFolderEntry(entry)) return [];
  const reader = entry.createReader();
  const files: File[] = [];
  for (;;) {
    // A reader hands out a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    files.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolderEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
