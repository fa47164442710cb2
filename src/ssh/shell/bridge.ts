import { Duplex } from 'node:stream'
import type { FettleError } from '../../core/errors.js'
import { sh, type Sh } from '../../core/sh.js'
import { showAddress } from '../address.js'
import perl from './bridge.pl.js'
import python from './bridge.py.js'
import { remoteWords } from './remote-words.js'
import type { ForwardTarget } from '../session.js'
import type { Pipes } from '../transport.js'

/** bash has connections of its own. What is left of it ends when the service closes. */
const bash = 'exec 3<>"/dev/tcp/$0/$1" 4<&0 || exit; cat <&4 >&3 & cat <&3; kill $!'

/** A socket for socat(1), in which these characters stand for other things. */
function socatAddress(target: ForwardTarget): string {
  if ('socket' in target) return `UNIX-CONNECT:${target.socket.replace(/[:,!"'\\([{]/g, '\\$&')}`
  return `TCP:${showAddress(target)}`
}

const wordsOf = (target: ForwardTarget): readonly (string | number)[] =>
  'socket' in target ? [target.socket] : [target.host, target.port]

/** How a bridge ends that found no program to make the connection with. */
export const withoutProgram = 'status 127'

/**
 * Joins standard input and output with a socket or port of the host, by what is found there. perl
 * comes first because Debian's perl-base always has it, and because socat gives up half a second
 * after one side has closed. Nothing listens.
 */
export function bridgeScript(target: ForwardTarget): string {
  const words = wordsOf(target)
  let others: Sh = sh``
  let programs = 'perl, python3 and socat'
  if (!('socket' in target)) {
    others = sh`elif command -v bash >/dev/null; then exec bash -c ${bash} ${words}
`
    programs = 'perl, python3, socat and bash'
  }
  return sh`PATH=/usr/local/bin:/usr/bin:/bin
if command -v perl >/dev/null; then exec perl -e ${perl} -- ${words}
elif command -v python3 >/dev/null; then exec python3 -c ${python} ${words}
elif command -v socat >/dev/null; then exec socat - ${socatAddress(target)}
${others}else echo ${`none of ${programs} is installed`} >&2; exit 127
fi`.text
}

/**
 * One stream of a program's two pipes. When the program fails, the stream does: with what `failed`
 * makes of how it ended and of its words.
 */
export function duplexOf(
  pipes: Pipes,
  failed: (how: string, words: string) => FettleError,
): Duplex {
  const words: Buffer[] = []
  const stream = new Duplex({
    read() {
      pipes.stdout.resume()
    },
    write(chunk: Buffer, _, done) {
      pipes.stdin.write(chunk, (error) => {
        // Why the pipe broke is told by the program's end.
        if (error === null || error === undefined) done()
        else void pipes.ended.then(() => done(error))
      })
    },
    final(done) {
      pipes.stdin.end(() => done())
    },
    destroy(error, done) {
      pipes.destroy()
      done(error)
    },
  })
  pipes.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) pipes.stdout.pause()
  })
  pipes.stderr.on('data', (chunk: Buffer) => {
    if (words.length < 16) words.push(chunk)
  })
  pipes.stderr.resume()
  // A program that has ended reads nothing any more.
  stream.once('end', () => stream.destroy())
  void pipes.ended.then((how) => {
    if (stream.destroyed || how === 'status 0') stream.push(null)
    else stream.destroy(failed(how, remoteWords(Buffer.concat(words))))
  })
  return stream
}
