# Runs many commands of Ansible in one process, which forks for each once Ansible is imported: that takes most of a start.
# Standard input: JSON, a list of {"cwd": directory, "argv": ["ansible-inventory", …]}. Standard output: JSON, a list of {"code", "stdout", "stderr"}.
import json
import os
import sys
import tempfile

# Settings of this machine are none of the tests'.
settings = tempfile.NamedTemporaryFile(suffix='.cfg')
os.environ.update(ANSIBLE_CONFIG=settings.name, ANSIBLE_NOCOLOR='1', ANSIBLE_LOCAL_TEMP=tempfile.gettempdir())

from ansible.cli.adhoc import AdHocCLI
from ansible.cli.inventory import InventoryCLI

commands = {'ansible': AdHocCLI, 'ansible-inventory': InventoryCLI}


def perform(cwd, argv):
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if child == 0:
        code = 250
        try:
            os.chdir(cwd)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            commands[argv[0]].cli_executor(argv)
        except SystemExit as end:
            code = end.code or 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode())
    return {'code': os.waitstatus_to_exitcode(status), 'stdout': texts[0], 'stderr': texts[1]}


json.dump([perform(each['cwd'], each['argv']) for each in json.load(sys.stdin)], sys.stdout)
