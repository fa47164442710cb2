import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { render } from '../../src/core/template.js'
import { dash, git, GitStage } from '../resources/git-stage.js'

// The script that a push runs, with stand-ins for what it calls: what a person has on the host is not lost without a word.

const stage = new GitStage()
const at = (...names: readonly string[]): string => join(stage.root, ...names)
/** Programs of the environment and of the host, of which each says that all is well. */
function standIn(path: string, script = 'exit 0'): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

beforeEach(() => {
  for (const folder of ['bin', 'home', 'venv/bin']) mkdirSync(at(folder), { recursive: true })
  for (const name of ['bin/sudo', 'bin/curl', 'venv/bin/python']) standIn(at(name))
  git(stage.root, 'clone', '--quiet', stage.repo, stage.path)
})

function deploy(): { readonly status: number | null; readonly said: string } {
  const vars = { app: 'demo', branch: 'main', checkout: stage.path, venv: at('venv'), deployKey: at('key'), deployLock: at('lock'), hookHome: at('home'), hookUser: 'webhook', page: 'http://localhost/', restart: 'true', find_links: null, ssh_agent: false }
  writeFileSync(at('deploy'), render('deploy.sh.njk', readFileSync('templates/deploy.sh.njk', 'utf8'), vars))
  const { status, stdout, stderr } = spawnSync(dash.command[0] ?? '', [at('deploy')], { env: { PATH: `${at('bin')}:${dash.path}`, HOME: at('home'), LC_ALL: 'C' } })
  return { status, said: `${stdout.toString()}${stderr.toString()}` }
}

test('what the new commit ignores stays, and what is discarded is named', () => {
  stage.write({ 'uploads/picture': 'mine\n', junk: 'mine\n', 'app.py': 'by hand\n' })
  stage.push({ '.gitignore': '*.log\nuploads/\n' })
  const { status, said } = deploy()
  expect(said).toContain('deploy: discards  M app.py\ndeploy: discards ?? junk\n')
  expect([status, stage.inCheckout('app.py'), stage.exists('junk'), stage.inCheckout('uploads/picture')]).toEqual([0, 'one\n', false, 'mine\n'])
  expect(readdirSync(at('home'))).toEqual([])
})

test('packages that cannot be put back are kept, and the place is said', () => {
  writeFileSync(at('venv/package'), 'of before')
  standIn(at('bin/cp'), '[ ! -e "$HOME/full" ] || exit 1\nexec /bin/cp "$@"')
  standIn(at('venv/bin/python'), 'touch "$HOME/full"; exit 1')
  stage.push({ 'app.py': 'two\n' })
  const { status, said } = deploy()
  const [, kept = ''] = /the earlier packages could not be put back: they are in (.*)/.exec(said) ?? []
  expect([status, stage.inCheckout('app.py'), existsSync(join(kept, 'package'))]).toEqual([1, 'one\n', true])
})
