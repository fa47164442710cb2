import { Duplex } from 'node:stream'
import type { FettleError } from '../core/errors.js'
import { sh } from '../core/sh.js'
import { quoted } from './quoted.js'
import type { Pipes } from './transport.js'

/** When the service closes, all is over: the shell above may hold our standard output open for ever. */
const perl = `use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\\n";
sub pass { my ($from, $to) = @_; my $b; while (my $n = sysread $from, $b, 65536) { my $o = 0; while ($o < $n) { my $w = syswrite $to, $b, $n - $o, $o; return unless defined $w; $o += $w } } }
my $main = $$;
$SIG{USR1} = sub { exit 0 };
my $child = fork; defined $child or die "fork: $!\\n";
if ($child) { pass(\\*STDIN, $s); shutdown $s, 1; waitpid $child, 0 } else { pass($s, \\*STDOUT); kill USR1 => $main }`

const python = `import os, signal, socket, sys
s = socket.socket(socket.AF_UNIX)
try: s.connect(sys.argv[1])
except OSError as e: sys.exit("%s: %s" % (sys.argv[1], e.strerror))
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

/**
 * Joins standard input and output with a Unix socket of the host, by what is found there. perl comes first because
 * Debian's perl-base always has it, and because socat gives up half a second after one side has closed. Nothing listens.
 */
export const bridgeScript = (socket: string): string => sh`PATH=/usr/local/bin:/usr/bin:/bin
if command -v perl >/dev/null; then exec perl -e ${perl} -- ${socket}
elif command -v python3 >/dev/null; then exec python3 -c ${python} ${socket}
elif command -v socat >/dev/null; then exec socat - ${`UNIX-CONNECT:${socket.replace(/[:,!"'\\([{]/g, '\\$&')}`}
else echo 'none of perl, python3 and socat is installed' >&2; exit 127
fi`.text

/** One stream of a program's two pipes. When the program fails, the stream does: with what `failed` makes of how it ended and of its words. */
export function duplexOf(pipes: Pipes, failed: (how: string, words: string) => FettleError): Duplex {
  const words: Buffer[] = []
  const stream = new Duplex({
    read: () => void pipes.stdout.resume(),
    write: (chunk: Buffer, _, done) =>
      void pipes.stdin.write(chunk, (error) => {
        // Why the pipe broke is told by the program's end.
        if (error === null || error === undefined) done()
        else void pipes.ended.then(() => done(error))
      }),
    final: (done) => void pipes.stdin.end(() => done()),
    destroy: (error, done) => {
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
    else stream.destroy(failed(how, quoted(Buffer.concat(words))))
  })
  return stream
}
