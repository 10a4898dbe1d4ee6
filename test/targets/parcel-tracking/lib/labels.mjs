/** Prints labels. Each parcel has a debug namespace of its own, so that one of them can be followed. */
export class Labels {
  constructor(createDebug) {
    this.createDebug = createDebug;
  }

  print(parcel) {
    const debug = this.createDebug(`labels:${parcel}`);
    const label = { parcel, lines: [`parcel ${parcel}`, 'Handle with care'] };
    debug('printed %d lines', label.lines.length);
    return label;
  }
}
