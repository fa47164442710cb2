import { z } from 'zod'
import { fine } from '../../core/change.js'
import { Later, request } from '../../core/later.js'
import { absolutePath, checked, checkedId } from '../../core/options.js'
import { bare } from '../../core/definition.js'
import type { CommonOptions, Resource } from '../../core/resource.js'
import { Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact } from '../../facts/files/path.js'
import { secretFileFact } from '../../facts/files/secret-file.js'
import { blockedBy, fileChanges } from './file-changes.js'
import { writing } from './write-file.js'

export interface GeneratedSecretOptions extends CommonOptions {
  /**
   * The number of random bytes of a new secret, 16 to 512; its text has twice as many characters.
   * An existing secret is never changed. Default 32.
   */
  readonly bytes?: number
}

/** A resource with the secret in its file. */
export interface GeneratedSecret extends Resource {
  /** The secret, known once the file exists. */
  readonly value: Later<Secret>
}

/** Replaces the secret where templates are rendered before anything connects. */
const standIn = new Secret('5ec2e7'.repeat(10) + 'f00d')

const shape = { bytes: z.number().int().min(16).max(512).optional() }

/**
 * A secret that is generated once on the host, from /dev/urandom, and never changed: hex digits
 * without a line break in a file that only root may read (0600). Put the resource into the list,
 * and its `.value` where a `Secret` is expected. The directory must exist.
 *
 * An existing file is used as it is, whoever wrote it: one line of text. An empty one is an error.
 * To change the secret, remove the file: the next run generates a new one, and everything that uses
 * it is updated.
 */
export function generatedSecret(
  path: string,
  options: GeneratedSecretOptions = {},
): GeneratedSecret {
  checkedId('generatedSecret', path, absolutePath)
  checked('generatedSecret', path, options, shape)
  const count = options.bytes ?? 32
  const digits = sh`od -An -v -tx1 -N ${count} /dev/urandom | tr -d ' \\n' >&3 && [ "$(wc -c </proc/self/fd/3)" -eq ${count * 2} ]`
  const made = bare({
    type: 'generatedSecret',
    id: path,
    options,
    reads: {
      path: request(pathFact, { path }),
      missingParent: request(missingParentFact, path),
      secret: request(secretFileFact, path),
    },
    plan({ path: entry, missingParent }) {
      if (entry === null) {
        if (missingParent !== null) return blockedBy(missingParent, path)
        const script = writing({
          path,
          mode: 0o600,
          owner: 'root',
          group: 'root',
          from: digits,
          onlyNew: true,
        })
        const summary = `make a secret of ${String(count)} random bytes`
        return [{ summary, proof: 'facts', actions: [{ script }] }]
      }
      const plan = fileChanges({ path, mode: '0600', owner: 'root', group: 'root' }, entry, null)
      return 'fine' in plan ? fine('the secret is there') : plan
    },
  })
  return Object.assign(made, {
    value: Later.fact(request(secretFileFact, path), standIn, `the secret ${path}`),
  })
}
