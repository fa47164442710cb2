import { sh, type Sh } from '../core/sh.js'

/**
 * Seconds of the processor for each program that follows, by the shell itself: what reads a file that has become endless is ended also where no
 * run waits for it any more. timeout(1) would be a process for each, and a file that nobody writes to (a FIFO) takes no processor.
 */
export const processorLimit = (seconds: number | Sh): Sh => sh`ulimit -S -t ${seconds} 2>/dev/null || :`

/** 128 MiB of memory for each program that follows, in the same way: one that reads lines takes an endless file for one line. */
export const memoryLimit = sh`ulimit -S -v 131072 2>/dev/null || :`

/** Bytes a second that a slow disk reads. */
export const slowDisk = 10 * 1024 * 1024
