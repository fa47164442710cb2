import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from '@jest/globals'
import type { GitCheckoutOptions } from '../../../src/resources/git/checkout-options.js'
import { gitCheckout } from '../../../src/resources/git/checkout.js'
import { shells, type Shell } from '../../shells.js'

export const [dash] = shells as readonly [Shell]

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
}
const settings = {
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'protocol.file.allow',
  GIT_CONFIG_VALUE_1: 'always',
}

export const git = (folder: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-C', folder, ...words], {
    env: { PATH: dash.path, HOME: '/nonexistent', ...identity, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
    .toString()
    .trim()

/** Has a git work in a checkout; the answer ends it. */
export async function gitAtWork(folder: string): Promise<() => Promise<void>> {
  const works = spawn('git', ['cat-file', '--batch'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const over = new Promise<void>((resolve) => works.once('close', () => resolve()))
  await new Promise((resolve) => {
    works.stdout.once('data', resolve)
    works.stdin.write('HEAD\n')
  })
  return () => {
    works.stdin.end()
    return over
  }
}

/**
 * A repository, a person's clone of it, and the path of a checkout that does not exist yet: new for
 * each test.
 */
export class GitStage {
  root = ''
  repo = ''
  upstream = ''
  path = ''

  constructor() {
    beforeEach(() => this.#set())
    afterEach(() => {
      rmSync(this.root, { recursive: true, force: true })
      rmSync(dirname(this.repo), { recursive: true, force: true })
    })
  }

  #set(): void {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "git it's ")))
    chmodSync(this.root, 0o755)
    this.repo = join(this.root, 'app.git').replaceAll(' ', '_')
    mkdirSync(dirname(this.repo), { recursive: true })
    this.upstream = join(this.root, 'work')
    this.path = join(this.root, 'check out')
    git(this.root, 'init', '--quiet', '--bare', '-b', 'main', this.repo)
    git(this.root, 'clone', '--quiet', this.repo, this.upstream)
    git(this.upstream, 'checkout', '--quiet', '-b', 'main')
    this.push({ 'app.py': 'one\n', '.gitignore': '*.log\n' })
  }

  /** Commits files upstream and pushes them; returns the commit's short id. */
  push(files: Readonly<Record<string, string>>, ...options: readonly string[]): string {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.upstream, name)), { recursive: true })
      writeFileSync(join(this.upstream, name), content)
    }
    git(this.upstream, 'add', '--all', '--force')
    git(this.upstream, 'commit', '--quiet', '-m', 'a change', '--allow-empty')
    git(this.upstream, 'push', '--quiet', ...options, 'origin', 'HEAD')
    return this.head()
  }

  /** The short id of the commit that was pushed last. */
  readonly head = (): string => git(this.upstream, 'rev-parse', 'HEAD').slice(0, 7)
  readonly checkout = (options: Partial<GitCheckoutOptions> = {}): ReturnType<typeof gitCheckout> =>
    gitCheckout(this.path, { repo: this.repo, ref: 'main', ...options })
  readonly inCheckout = (name: string): string => readFileSync(join(this.path, name), 'utf8')
  /** Writes files in the checkout, as a person on the host would. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true })
      writeFileSync(join(this.path, name), content)
    }
  }
  readonly exists = (name: string): boolean => existsSync(join(this.path, name))
}
