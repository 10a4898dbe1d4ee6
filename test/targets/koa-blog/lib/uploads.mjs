class Upload {
  constructor(name, text) {
    this.name = name;
    this.bytes = new Array(200).fill(0).map((_, index) => text.charCodeAt(index % text.length) + index / 2);
  }
}

/** Logs uploads that went without being stored. */
export class Uploads {
  constructor({ holdsUpload }) {
    this.holdsUpload = holdsUpload;
    this.lost = 0;
    this.registry = new FinalizationRegistry(() => {
      this.lost += 1;
    });
  }

  receive({ name, text }) {
    const upload = new Upload(name, text);
    // The mistake: what the registry holds for the callback is the very object it waits for.
    this.registry.register(upload, this.holdsUpload ? { upload } : { name });
    return { name: upload.name, bytes: upload.bytes.length, lost: this.lost };
  }
}
