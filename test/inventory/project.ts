import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from '@jest/globals'
import type { FettleError } from '../../src/core/errors.js'

const made: string[] = []

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A new directory with these files. */
export function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'fettle-project-'))
  made.push(directory)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

/** The thrown error as a user sees it: `code: message`, and the remedy on a line below. */
export async function problem(attempt: () => unknown): Promise<string> {
  try {
    await attempt()
  } catch (error) {
    const { code, message, remedy } = error as FettleError
    return `${code}: ${message}\n→ ${remedy}`
  }
  return 'nothing was thrown'
}
