import { Duplex } from 'node:stream'
import type { FettleError } from '../../core/errors.js'
import { sh, type Sh } from '../../core/sh.js'
import { showAddress } from '../address.js'
import { remoteWords } from './remote-words.js'
import type { ForwardTarget } from '../session.js'
import type { Pipes } from '../transport.js'

/**
 * When the service closes, all is over: the shell above may hold our standard output open for ever.
 */
const perl = `my ($to, $port) = @ARGV;
sub tcp { my %peer = (PeerHost => $to, PeerPort => $port); eval { require IO::Socket::IP } ? IO::Socket::IP->new(%peer) : do { require IO::Socket::INET; IO::Socket::INET->new(%peer) } }
sub unix { require IO::Socket::UNIX; IO::Socket::UNIX->new(Peer => $to) }
my $s = (defined $port ? tcp() : unix()) or die join(":", @ARGV) . ": $!\\n";
sub pass { my ($from, $to) = @_; my $b; while (my $n = sysread $from, $b, 65536) { my $o = 0; while ($o < $n) { my $w = syswrite $to, $b, $n - $o, $o; return unless defined $w; $o += $w } } }
my $main = $$;
$SIG{USR1} = sub { exit 0 };
my $child = fork; defined $child or die "fork: $!\\n";
if ($child) { pass(\\*STDIN, $s); shutdown $s, 1; waitpid $child, 0 } else { pass($s, \\*STDOUT); kill USR1 => $main }`

const python = `import os, signal, socket, sys
to = sys.argv[1:]
def unix():
    s = socket.socket(socket.AF_UNIX)
    s.connect(to[0])
    return s
try: s = socket.create_connection((to[0], int(to[1]))) if len(to) > 1 else unix()
except OSError as e: sys.exit("%s: %s" % (":".join(to), e.strerror))
def put(d):
    while d: d = d[os.write(1, d):]
main = os.getpid()
signal.signal(signal.SIGUSR1, lambda *_: os._exit(0))
child = os.fork()
if child:
    for d in iter(lambda: os.read(0, 65536), b""): s.sendall(d)
    s.shutdown(socket.SHUT_WR); os.waitpid(child, 0)
else:
    for d in iter(lambda: s.recv(65536), b""): put(d)
    os.kill(main, signal.SIGUSR1)`

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
