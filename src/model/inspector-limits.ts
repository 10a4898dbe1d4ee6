/**
 * Longer messages are refused: a heap snapshot comes in pieces of 1 MB or less, a CPU profile of hours in one message of
 * tens of MB, and V8 can hold no text of 512 MB.
 */
export const LONGEST_MESSAGE_BYTES: number = 256 * 1024 * 1024;
