import { sh, type Sh } from '../core/sh.js'

/**
 * Limits the processor's time, in seconds, of each program that follows: a file that has become
 * endless is not read for ever, also where no run waits for it any more. It is the shell's own,
 * where timeout(1) would start two processes. A program that waits, such as for a FIFO, is not
 * ended by it.
 */
export const processorLimit = (seconds: number | Sh): Sh =>
  sh`ulimit -S -t ${seconds} 2>/dev/null || :`

/** Bytes a second that a slow disk reads. */
export const slowDisk = 10 * 1024 * 1024
