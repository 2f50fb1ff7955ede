import type { ArgSpec, CommandSpec, FlagSpec } from '../command-spec.ts'

type OwnCommand = Pick<CommandSpec, 'words' | 'summary' | 'load'> & Partial<CommandSpec>

const httpPort = flag(
  'http-port',
  'text',
  'port of the explorer, or the next free one; 0: any free port; off: no explorer; the setting http.port by default',
)

const enableNetworking = flag(
  'enable-networking',
  'switch',
  'connect to paired devices while this daemon runs; `network start` connects at every start',
)

/** The commands that are more than one operation. Their code is loaded when they run. */
export const ownCommands: readonly CommandSpec[] = [
  own({
    words: ['quickstart'],
    summary: 'Index a folder and show a summary; creates a library if there is none',
    args: [
      arg('path', {
        kind: 'path',
        summary: 'the folder; the working directory by default, after a question on a terminal',
      }),
    ],
    flags: [
      flag(
        'mode',
        'text',
        'shallow: names, sizes and times; content: also content identity; deep (the default): also types by content and media metadata',
        { choices: ['shallow', 'content', 'deep'] },
      ),
      flag('once', 'switch', 'exit when everything is indexed'),
      httpPort,
    ],
    notes: ['Exits with 5 if some files or sidecars failed; all others are done.'],
    examples: ['quickstart ~/Pictures', 'quickstart ~/Documents --once --json'],
    load: async () => (await import('./quickstart.ts')).quickstart,
  }),
  own({
    words: ['start'],
    summary: 'Start the daemon',
    flags: [flag('foreground', 'switch', 'stay in this terminal and log to stdout'), httpPort, enableNetworking],
    examples: ['start', 'start --http-port 8000', 'start --instance test --foreground', 'start --enable-networking'],
    load: async () => (await import('./daemon.ts')).start,
  }),
  own({
    words: ['open'],
    summary: 'Open the explorer in a browser, signed in',
    args: [
      arg('to', {
        summary:
          'page to show, such as /jobs, or an address, such as local://laptop/home/me; the first page by default',
      }),
    ],
    flags: [flag('print', 'switch', 'print the link instead; it works once and expires after two minutes')],
    examples: ['open', 'open /jobs', 'open --print'],
    load: async () => (await import('./open.ts')).open,
  }),
  own({
    words: ['web', 'expose'],
    summary: 'Let other machines on the network open the explorer, with TLS and a passphrase',
    flags: [
      flag('off', 'switch', 'close the explorer to other machines and end their sessions at once'),
      flag(
        'passphrase-file',
        'text',
        'file whose first line is the passphrase, - for stdin; the command asks by default',
      ),
      flag('port', 'number', 'port for other machines', { fallback: '7379' }),
      flag('address', 'text', 'address to listen on; every address of this machine by default'),
      flag('name', 'list', 'other host names of this machine, for the certificate'),
      flag(
        'allow',
        'list',
        'rights besides viewing and downloading: manage (locations, jobs), transfer (files between devices), disk (files outside locations)',
      ),
    ],
    examples: [
      'web expose',
      'web expose --allow manage,transfer',
      'web expose --name files.example.org',
      'web expose --off',
    ],
    load: async () => (await import('./web-expose.ts')).webExpose,
  }),
  own({
    words: ['mcp'],
    summary: 'Let an assistant read the library, over MCP on stdin and stdout',
    examples: ['mcp', 'mcp --library Photos'],
    load: async () => (await import('./mcp.ts')).mcp,
  }),
  own({
    words: ['stop'],
    summary: 'Stop the daemon; jobs resume at the next start',
    examples: ['stop', 'stop --instance test'],
    load: async () => (await import('./daemon.ts')).stop,
  }),
  own({
    words: ['restart'],
    summary: 'Stop the daemon and start it again',
    flags: [httpPort, enableNetworking],
    examples: ['restart', 'restart --http-port 8000'],
    load: async () => (await import('./daemon.ts')).restart,
  }),
  own({
    words: ['status'],
    aliases: [['daemon', 'status'], ['daemon']],
    summary: 'Show the daemon, its jobs and its memory; never starts it',
    examples: ['status', 'status --json'],
    load: async () => (await import('./status.ts')).status,
  }),
  own({
    words: ['instance', 'list'],
    aliases: [['daemon', 'list']],
    summary: 'List the daemons of this user',
    examples: ['instance list', 'instance list --json'],
    load: async () => (await import('./instances.ts')).listInstances,
  }),
  own({
    words: ['instance', 'stop'],
    summary: 'Stop the daemon of an instance',
    args: [arg('name', { summary: 'name of the instance', required: true })],
    examples: ['instance stop test'],
    load: async () => (await import('./instances.ts')).stopInstance,
  }),
  own({
    words: ['service', 'install'],
    summary: 'Install a system service that starts the daemon with the computer',
    flags: [userFlag('install')],
    examples: ['service install --user', 'service install --user --instance test'],
    load: async () => (await import('./service.ts')).installService,
  }),
  own({
    words: ['service', 'uninstall'],
    summary: 'Remove the system service',
    flags: [userFlag('remove')],
    examples: ['service uninstall --user'],
    load: async () => (await import('./service.ts')).uninstallService,
  }),
  own({
    words: ['service', 'status'],
    summary: 'Show whether the system service is installed and running',
    flags: [userFlag('show')],
    examples: ['service status --user'],
    load: async () => (await import('./service.ts')).serviceStatus,
  }),
  own({
    words: ['doctor'],
    summary: 'Check the installation and show how to fix each problem',
    flags: [flag('bundle', 'path', 'also write an archive (.tar.gz) for a bug report; it contains no file names')],
    examples: ['doctor', 'doctor --bundle report.tar.gz'],
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  own({
    words: ['file', 'cat'],
    aliases: [['cat']],
    summary: 'Write a file or a sidecar to stdout',
    args: [
      arg('file', {
        variadic: true,
        required: true,
        summary: 'path, or address: local://<device>/path, content://<id>, or sidecar://… with * and ? as wildcards',
      }),
    ],
    flags: [flag('wait', 'switch', 'if a sidecar is missing, generate it and wait')],
    examples: [
      'cat sidecar://<content>/ocr/default.json',
      'cat local://laptop/home/me/notes.txt',
      'cat sidecar://<content>/thumbs/detail@2x.webp --wait > a.webp',
    ],
    load: async () => (await import('./cat.ts')).cat,
  }),
  own({
    words: ['network', 'pair'],
    summary: 'Pair with another device: one device shows twelve words, the user types them on the other',
    args: [
      arg('action', {
        summary:
          'generate a pairing code, join with one, show the status, cancel, or confirm that both numbers are equal',
        choices: ['generate', 'join', 'status', 'cancel', 'confirm'],
      }),
      arg('words', {
        variadic: true,
        summary: 'for join: the twelve words, or the text of the QR code; for confirm: the number',
      }),
    ],
    flags: [
      flag('auto-accept', 'switch', 'do not ask about the number on this device; generate then returns at once'),
      flag('address', 'text', 'address of the other device, such as 192.168.1.5:45123; found automatically by default'),
      flag('initiate', 'switch', 'the same as generate'),
      flag('join', 'text', 'the same as join'),
      flag('status', 'switch', 'the same as status'),
    ],
    examples: [
      'network pair generate',
      'network pair join "word1 word2 … word12"',
      'network pair generate --auto-accept',
      'network pair confirm 123456',
    ],
    load: async () => (await import('./pair.ts')).pair,
  }),
  own({
    words: ['network', 'spacedrop'],
    summary: 'Offer files to a paired or nearby device and wait until they have arrived',
    args: [
      arg('device', {
        required: true,
        summary: 'name, slug or id of a paired device; with --nearby: name of the device, or the beginning of its key',
      }),
      arg('paths', { variadic: true, required: true, summary: 'files and folders' }),
    ],
    flags: [
      flag('sender', 'text', 'name of the sender that the other device shows'),
      flag('nearby', 'switch', 'send to a visible device that is not paired; `network nearby` lists such devices'),
    ],
    examples: [
      'network spacedrop laptop photo.jpg',
      'network spacedrop laptop trip/ --sender Alice',
      'network spacedrop "Phone of Bob" photo.jpg --nearby',
    ],
    load: async () => (await import('./spacedrop.ts')).spacedrop,
  }),
  own({
    words: ['network', 'relay'],
    aliases: [['relay']],
    summary: 'Run a relay, which passes packets between devices that cannot connect directly; Ctrl-C stops it',
    flags: [
      flag('port', 'number', 'TCP port of the relay, and UDP port of its reflector; 0: any free port', {
        fallback: '3340',
      }),
      flag('host', 'text', 'address to listen on; every IPv4 address by default'),
      flag('allow', 'list', 'keys of the devices that may use the relay, as `network status` shows them'),
      flag('token', 'text', 'a secret in the address of the relay; every device with the secret may use the relay'),
    ],
    examples: ['network relay', 'network relay --token 8f2c… --port 3340', 'relay --json'],
    load: async () => (await import('./relay.ts')).relay,
  }),
  own({
    words: ['monitor'],
    summary: 'Show everything that the daemon does, full screen',
    examples: ['monitor', 'monitor | grep job.ended'],
    load: async () => (await import('./monitor.ts')).monitor,
  }),
  own({
    words: ['job', 'monitor'],
    summary: 'Show jobs with live progress; JSON lines when piped',
    flags: [flag('job-id', 'text', 'show only this job')],
    examples: ['job monitor', 'job monitor --job-id 0199…'],
    load: async () => (await import('./job-monitor.ts')).jobMonitor,
  }),
  own({
    words: ['system', 'logs'],
    summary: 'Show the end of the daemon’s log',
    flags: [
      flag('tail', 'number', 'number of lines', { fallback: '100' }),
      flag('follow', 'switch', 'show new lines as they are written', { short: 'f' }),
    ],
    examples: ['system logs --tail 20', 'system logs --follow'],
    load: async () => (await import('./logs.ts')).logs,
  }),
  own({
    words: ['completion'],
    summary: 'Print the completion script for a shell',
    args: [arg('shell', { summary: 'the shell', required: true, choices: ['bash', 'zsh', 'fish', 'pwsh'] })],
    examples: [
      'completion bash > ~/.local/share/bash-completion/completions/spacedrive',
      'completion fish > ~/.config/fish/completions/spacedrive.fish',
    ],
    load: async () => (await import('./completion.ts')).completion,
  }),
  own({
    words: ['complete'],
    hidden: true,
    summary: 'List the possible next words of a command line; completion scripts call this',
    args: [arg('words', { variadic: true, summary: 'the words of the line; the last one is incomplete' })],
    load: async () => (await import('./completion.ts')).complete,
  }),
  own({
    words: ['help'],
    summary: 'Show help about a command, a group of commands, the exit codes, or the names of events',
    args: [arg('topic', { variadic: true, summary: 'words of a command, or exit-codes' })],
    examples: ['help location add', 'help exit-codes', 'help events'],
    load: async () => (await import('./help.ts')).help,
  }),
]

function own(command: OwnCommand): CommandSpec {
  return { aliases: [], args: [], flags: [], examples: [], operation: null, ...command }
}

function arg(name: string, rest: Partial<ArgSpec>): ArgSpec {
  return { name, summary: '', required: false, variadic: false, kind: 'text', choices: [], ...rest }
}

function flag(name: string, kind: FlagSpec['kind'], summary: string, rest: Partial<FlagSpec> = {}): FlagSpec {
  const field = name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())
  return { name, field, kind, summary, choices: [], aliases: [], ...rest }
}

function userFlag(verb: string): FlagSpec {
  return flag('user', 'switch', `${verb} the service of this user, not of the whole machine`)
}
