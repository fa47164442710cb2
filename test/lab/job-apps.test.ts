import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { setStage, type Stage } from '../job/stage.js'
import { lab, labHost, slow } from './host.js'
import { eventually, told, withStatus, type Told } from './job.js'

/**
 * The job for an app that is created by a factory, sends visitors to a login, listens on a socket
 * and is on a branch with an odd name. The tests depend on their order.
 */
const web = labHost({ name: 'web', image: 'stack' })
const branch = "feature/it's#1$(x)"
const socket = '/run/demo/gunicorn.sock'
let stage: Stage

const app = (version: string): string => `from flask import Flask, redirect

def create_app(name):
    app = Flask(__name__)

    @app.get('/')
    def home():
        return redirect('/login')

    @app.get('/login')
    def login():
        return f'version ${version} of {name}\\n'

    @app.get('/private')
    def private():
        return 'log in first', 401

    return app
`

beforeAll(async () => {
  stage = await setStage({
    lab: lab(),
    hosts: [web()],
    branch,
    vars: { wsgi: "app:create_app('100 % mine')", bind: `unix:${socket}` },
  })
  await stage.push('A factory', { 'app.py': app('one') })
}, slow)
afterAll(async () => {
  await stage.close()
}, slow)

const run = async (command: 'plan' | 'apply', vars: object = {}): Promise<Told> =>
  told(await stage.fettle([command, '--json', '-e', JSON.stringify(vars)]))
const changed = async (vars: object = {}): Promise<readonly string[]> => {
  const done = await run('apply', vars)
  if (done.code !== 0) throw new Error(done.text)
  return withStatus(done, 'changed')
}
const login = async (): Promise<string> =>
  (await web().run(['curl', '-sS', '--unix-socket', socket, 'http://localhost/login'])).stdout

test(
  'it is up, and its hook is set up; a second run changes nothing',
  async () => {
    expect(await changed()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^github\.webhook/)]),
    )
    expect(await login()).toBe('version one of 100 % mine\n')
    expect(await changed()).toEqual([])
  },
  slow,
)

test(
  'a push redeploys it',
  async () => {
    await stage.push('Two', { 'app.py': app('two') })
    expect(await eventually(60, login, (page) => page.startsWith('version two'))).toBe(
      'version two of 100 % mine\n',
    )
  },
  slow,
)

test(
  'another page, with a status of its own, tells whether it is up',
  async () => {
    const private401 = { page: '/private?from=a&to=b%20c', page_status: 401 }
    expect((await changed(private401)).map((line) => line.replace(/\].*/, ']'))).toEqual([
      'systemd.unit[demo.service]',
      'systemd.service[demo.service]',
      'file[/usr/local/sbin/demo-deploy]',
    ])
    expect(await changed(private401)).toEqual([])
    const wrong = await run('plan', { page: '/none' })
    expect(wrong.code).not.toBe(0)
    expect((await run('plan', private401)).code).toBe(0)
  },
  slow,
)

test(
  'nginx stands in front of the socket',
  async () => {
    const inventory = parse(await readFile(stage.inventory, 'utf8')) as {
      web: { hosts: { web: unknown } }
    }
    inventory.web.hosts.web = {
      ansible_host: web().address,
      nginx: { server_name: 'demo.example.org' },
      github: false,
    }
    await writeFile(stage.inventory, stringify(inventory))
    await changed()
    expect(await web().mustRun("curl -sS -H 'Host: demo.example.org' http://127.0.0.1/login")).toBe(
      'version two of 100 % mine\n',
    )
    expect(await changed()).toEqual([])
  },
  slow,
)
