import type { SummaryEvent } from '../engine/events.js'

/** The hosts of a run that are not done: failed, unreachable, or never started. */
export const unfinishedHosts = (
  ends: ReadonlyMap<string, string>,
  { hosts }: SummaryEvent,
): readonly string[] => Object.keys(hosts).filter((host) => ends.get(host) !== 'ok')
