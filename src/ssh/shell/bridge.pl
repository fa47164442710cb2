# Joins standard input and output with a socket (PATH) or a port (HOST PORT).
use strict;

my ($to, $port) = @ARGV;

# IO::Socket::IP knows IPv6, and is not in every perl.
sub tcp {
    my %peer = (PeerHost => $to, PeerPort => $port);
    return IO::Socket::IP->new(%peer) if eval { require IO::Socket::IP };
    require IO::Socket::INET;
    return IO::Socket::INET->new(%peer);
}

sub unix {
    require IO::Socket::UNIX;
    return IO::Socket::UNIX->new(Peer => $to);
}

sub pass {
    my ($from, $to) = @_;
    my $bytes;
    while (my $length = sysread $from, $bytes, 65536) {
        my $passed = 0;
        while ($passed < $length) {
            my $written = syswrite $to, $bytes, $length - $passed, $passed;
            return unless defined $written;
            $passed += $written;
        }
    }
}

my $socket = defined $port ? tcp() : unix();
die join(":", @ARGV) . ": $!\n" unless $socket;

# When the service closes, all is over: the shell above may hold our standard output open for ever.
my $main = $$;
$SIG{USR1} = sub { exit 0 };
my $child = fork;
die "fork: $!\n" unless defined $child;
if ($child) {
    pass(\*STDIN, $socket);
    shutdown $socket, 1;
    waitpid $child, 0;
} else {
    pass($socket, \*STDOUT);
    kill USR1 => $main;
}
