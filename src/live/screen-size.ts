export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  /** The terminal shows block characters. */
  readonly isUnicode: boolean;
}

/** Columns of the labels at the left of the screen. */
export const LABEL_WIDTH = 10;
