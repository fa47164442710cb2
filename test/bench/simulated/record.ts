import { readFileSync } from 'node:fs'
import ssh2, { type ClientChannel, type ServerChannel } from 'ssh2'
import { portOf, startServer } from './server.js'
import { transcriptOf, type Heard, type Transcript } from './transcript.js'

export interface RecordOptions {
  /** Of the real host. */
  readonly address: string
  /** The key that logs in there, and here. */
  readonly keyFile: string
  /** The file of the private host key used here. */
  readonly hostKey: string
}

export interface Recorder {
  readonly port: number
  /** The host key for known_hosts. */
  readonly hostKey: string
  /** The recording of the first command, once it has ended. */
  readonly transcript: Promise<Transcript>
  close(): void
}

/** A proxy between one run and a real host that records the traffic. */
export async function record({ address, keyFile, hostKey }: RecordOptions): Promise<Recorder> {
  let done: (heard: Heard) => void = () => undefined
  let failed: (error: Error) => void = () => undefined
  const heard = new Promise<Heard>((resolve, reject) => ([done, failed] = [resolve, reject]))
  const run = (command: string, channel: ServerChannel): void => {
    const client = new ssh2.Client()
    client.on('error', (error) => failed(error))
    client.on('ready', () =>
      client.exec(command, (error, real) => {
        if (error !== undefined) return failed(error)
        void pass(command, channel, real).then((all) => {
          client.end()
          done(all)
        })
      }),
    )
    client.connect({ host: address, username: 'root', privateKey: readFileSync(keyFile) })
  }
  const server = await startServer({
    hostKey,
    userKey: readFileSync(`${keyFile}.pub`, 'utf8'),
    run,
  })
  const [type = '', key = ''] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ')
  return {
    port: portOf(server),
    hostKey: `${type} ${key}`,
    transcript: heard.then(transcriptOf),
    close: () => void server.close(),
  }
}

function pass(command: string, caller: ServerChannel, real: ClientChannel): Promise<Heard> {
  const input: Buffer[] = []
  const output: Heard['output'][number][] = []
  let after = 0
  let status = 0
  caller.on('data', (bytes: Buffer) => {
    input.push(bytes)
    after += bytes.length
    real.write(bytes)
  })
  caller.on('end', () => real.end())
  const hear = (stream: 'stdout' | 'stderr') => (bytes: Buffer) => {
    output.push({ after, stream, bytes })
    if (stream === 'stdout') caller.write(bytes)
    else caller.stderr.write(bytes)
  }
  real.on('data', hear('stdout'))
  real.stderr.on('data', hear('stderr'))
  real.on('exit', (code: number | null) => (status = code ?? 1))
  return new Promise((resolve) => {
    real.on('close', () => {
      caller.exit(status)
      caller.end()
      resolve({ command, input, output, status })
    })
  })
}
