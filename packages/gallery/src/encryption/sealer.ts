// Encrypts what belongs to a person by the person's own key, which ends with the person.

/** Made by an encrypted gallery: `gallery.sealer`. */
export interface Sealer {
  /**
   * Encrypts data of a person, such as a photo.
   * @param label what it is, such as the id of its template; needed again to open it.
   * @throws InsightFaceError `PERSON_NOT_FOUND`.
   */
  seal(personId: string, label: string, data: Uint8Array): Promise<Uint8Array>;
  /**
   * @throws InsightFaceError `PERSON_NOT_FOUND` when the person's key is destroyed, `GALLERY_INVALID` when these are
   * not the bytes that were sealed for this person and label.
   */
  open(personId: string, label: string, sealed: Uint8Array): Promise<Uint8Array>;
}
