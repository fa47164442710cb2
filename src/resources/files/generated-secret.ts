import { z } from 'zod'
import { change, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { Later, request } from '../../core/later.js'
import { absolutePath } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { Secret } from '../../core/secret.js'
import { sh, type Sh } from '../../core/sh.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact } from '../../facts/files/path.js'
import { secretFileFact } from '../../facts/files/secret-file.js'
import { blockedBy, fileChanges } from './file-changes.js'
import { puttingTrials } from './file-trials.js'
import { withAttributes } from './new-attributes.js'
import { keptOf, pathState } from './path-state.js'
import { writing } from './write-file.js'

export interface GeneratedSecretOptions extends CommonOptions {
  /**
   * The number of random bytes of a new secret, 16 to 512; its text has twice as many characters.
   * It counts only while the secret is made: an existing one is never changed. Default 32.
   */
  readonly bytes?: number
}

/** Replaces the secret where templates are rendered before anything connects. */
const standIn = new Secret('5ec2e7'.repeat(10) + 'f00d')

/** Shell that writes random bytes in hex to descriptor 3, and checks that none is missing. */
const digits = (bytes: number): Sh =>
  sh`od -An -v -tx1 -N ${bytes} /dev/urandom | tr -d ' \\n' >&3 && [ "$(wc -c </proc/self/fd/3)" -eq ${bytes * 2} ]`

/**
 * A secret that is generated once on the host, from /dev/urandom, and never changed: hex digits
 * without a line break in a file that only root may read (0600). Put the resource into the list,
 * and its `.value` where a `Secret` is expected. The directory must exist.
 *
 * An existing file is used as it is, whoever wrote it: one line of text. An empty one is an error.
 * To change the secret, remove the file: the next run generates a new one, and everything that uses
 * it is updated.
 */
export const generatedSecret = resource({
  type: 'generatedSecret',
  undo: [pathState],
  chapter: 'Values',
  ansible: "`lookup('password', …)`, on the host",
  arguments: args<[path: string]>(absolutePath),
  options: options<GeneratedSecretOptions>({
    bytes: z.number().int().min(16).max(512).optional(),
  }),
  writeOnly: ['bytes'],
  build: (path, { bytes = 32 }) =>
    desired({
      reads: {
        path: request(pathFact, { path }),
        missingParent: request(missingParentFact, path),
        secret: request(secretFileFact, path),
      },
      offers: {
        /** The secret, known once the file exists. */
        value: Later.fact(request(secretFileFact, path), standIn, `the secret ${path}`, {
          lacks: [`path:${path}`],
        }),
      },
      brings: [`path:${path}`],
      plan({ path: entry, missingParent }) {
        const attributes = { owner: 'root', group: 'root' }
        if (entry === null) {
          const from = digits(bytes)
          const wanted = { path, mode: 0o600, ...attributes, from, onlyNew: true }
          const summary = withAttributes(`make a secret of ${String(bytes)} random bytes`, wanted)
          const undo = keptOf(path)
          const made = [
            change(summary, [{ script: writing(wanted) }], {
              effect: 'create',
              undo,
              trials: puttingTrials({ path, does: 'replace', ...attributes }, 2 * bytes),
            }),
          ]
          return missingParent === null ? made : blockedBy(missingParent, path, made)
        }
        const plan = fileChanges({ path, mode: '0600', ...attributes }, entry, null)
        return 'fine' in plan ? fine('the secret is there') : plan
      },
    }),
})

/** A resource with the secret in its file. */
export type GeneratedSecret = ReturnType<typeof generatedSecret>
