import type { ArgSpec, CommandSpec, FlagSpec } from '../command-spec.ts'

type OwnCommand = Pick<CommandSpec, 'words' | 'summary' | 'load'> & Partial<CommandSpec>

const httpPort = flag(
  'http-port',
  'text',
  'port of the explorer, or the next free one; 0: any; off: none; http.port by default',
)

const enableNetworking = flag(
  'enable-networking',
  'switch',
  'connect to paired devices as long as this daemon runs; `network start` does so for good',
)

/** The commands that are more than one operation. Their code is loaded when they run. */
export const ownCommands: readonly CommandSpec[] = [
  own({
    words: ['quickstart'],
    summary: 'Index a folder and show what it holds; creates the library on the way',
    args: [arg('path', { kind: 'path', summary: 'the folder; this one by default', fallback: '.' })],
    flags: [
      flag('mode', 'text', 'how much is learned of each file', { choices: ['shallow', 'content', 'deep'] }),
      flag('once', 'switch', 'leave when everything is indexed'),
      httpPort,
    ],
    examples: ['quickstart ~/Pictures', 'quickstart ~/Documents --once --json'],
    load: async () => (await import('./quickstart.ts')).quickstart,
  }),
  own({
    words: ['start'],
    summary: 'Start the daemon',
    flags: [flag('foreground', 'switch', 'stay in this terminal, log to stdout'), httpPort, enableNetworking],
    examples: ['start', 'start --http-port 8000', 'start --instance test --foreground', 'start --enable-networking'],
    load: async () => (await import('./daemon.ts')).start,
  }),
  own({
    words: ['open'],
    summary: 'Open the explorer in a browser, signed in',
    args: [arg('to', { summary: 'page to show, such as /jobs, or local://laptop/home/me; the first one by default' })],
    flags: [flag('print', 'switch', 'print the link instead; it signs in once, within two minutes')],
    examples: ['open', 'open /jobs', 'open --print'],
    load: async () => (await import('./open.ts')).open,
  }),
  own({
    words: ['web', 'expose'],
    summary: 'Let others on the network reach the explorer, by TLS and with a passphrase',
    flags: [
      flag('off', 'switch', 'end it: every session from elsewhere, at once'),
      flag('passphrase-file', 'text', 'a file whose first line is the passphrase, - for stdin; asked for by default'),
      flag('port', 'number', 'where others reach it', { fallback: '7379' }),
      flag('address', 'text', 'the address to listen at; every one of this machine by default'),
      flag('name', 'list', 'other names this machine is reached by'),
      flag(
        'allow',
        'list',
        'what they may do beside looking and downloading: manage (locations, jobs), transfer (files of devices), disk (files outside of locations)',
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
    summary: 'Serve tools that read the library to an assistant, by MCP over stdin and stdout',
    examples: ['mcp', 'mcp --library Photos'],
    load: async () => (await import('./mcp.ts')).mcp,
  }),
  own({
    words: ['stop'],
    summary: 'Stop the daemon; jobs go on at the next start',
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
    summary: 'Show what the daemon is doing; never starts it',
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
    summary: 'Start the daemon with the computer, as a system service',
    flags: [userFlag('install')],
    examples: ['service install --user', 'service install --user --instance test'],
    load: async () => (await import('./service.ts')).installService,
  }),
  own({
    words: ['service', 'uninstall'],
    summary: 'Remove the system service again',
    flags: [userFlag('remove')],
    examples: ['service uninstall --user'],
    load: async () => (await import('./service.ts')).uninstallService,
  }),
  own({
    words: ['service', 'status'],
    summary: 'Show whether the system service is installed and running',
    flags: [userFlag('look at')],
    examples: ['service status --user'],
    load: async () => (await import('./service.ts')).serviceStatus,
  }),
  own({
    words: ['doctor'],
    summary: 'Check the installation and say how to repair what is wrong',
    flags: [flag('bundle', 'path', 'also write what a bug report needs to this .tar.gz, without names of files')],
    examples: ['doctor', 'doctor --bundle report.tar.gz'],
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  own({
    words: ['file', 'cat'],
    aliases: [['cat']],
    summary: 'Write a file, or what was derived from one, to stdout',
    args: [
      arg('file', {
        variadic: true,
        required: true,
        summary: 'path, or address: local://<device>/path, content://<id>, or sidecar://, which may hold * and ?',
      }),
    ],
    flags: [flag('wait', 'switch', 'make a sidecar that is not there yet, and wait for it')],
    examples: [
      'cat sidecar://<content>/ocr/default.json',
      'cat local://laptop/home/me/notes.txt',
      'cat sidecar://<content>/thumbs/detail@2x.webp --wait > a.webp',
    ],
    load: async () => (await import('./cat.ts')).cat,
  }),
  own({
    words: ['network', 'pair'],
    summary: 'Pair with another device, by twelve words that one shows and the other is told',
    args: [
      arg('action', {
        summary: 'make a code, use one, see how far it is, end it, or say that the numbers are the same',
        choices: ['generate', 'join', 'status', 'cancel', 'confirm'],
      }),
      arg('words', { variadic: true, summary: 'the twelve words, or the text of the QR code; for confirm the number' }),
    ],
    flags: [
      flag('auto-accept', 'switch', 'do not compare the number on this device; generate then returns at once'),
      flag('address', 'text', 'where the other device is, such as 192.168.1.5:45123; found by default'),
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
    summary: 'Offer files to a device, paired or nearby, and wait until they are there',
    args: [
      arg('device', {
        required: true,
        summary: 'a paired device: its name, slug or id; with --nearby its name, or the beginning of its key',
      }),
      arg('paths', { variadic: true, required: true, summary: 'files and folders' }),
    ],
    flags: [
      flag('sender', 'text', 'who sends them, as the person there reads it'),
      flag('nearby', 'switch', 'to a device that is not paired, and lets itself be seen: `network nearby` lists them'),
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
    summary: 'Run a relay here, through which devices reach each other where there is no other way; ends with Ctrl-C',
    flags: [
      flag('port', 'number', 'TCP, and UDP for the reflection of addresses; 0: any', { fallback: '3340' }),
      flag('host', 'text', 'the address of this machine to listen at; every IPv4 address by default'),
      flag('allow', 'list', 'the keys of the devices that may use it, as `network status` shows them'),
      flag('token', 'text', 'a secret that stands in the address which devices set; whoever has it may use the relay'),
    ],
    examples: ['network relay', 'network relay --token 8f2c… --port 3340', 'relay --json'],
    load: async () => (await import('./relay.ts')).relay,
  }),
  own({
    words: ['monitor'],
    summary: 'Watch everything the daemon does, full screen',
    examples: ['monitor', 'monitor | grep job.ended'],
    load: async () => (await import('./monitor.ts')).monitor,
  }),
  own({
    words: ['job', 'monitor'],
    summary: 'Watch jobs with live progress; JSON lines when piped',
    flags: [flag('job-id', 'text', 'only this job')],
    examples: ['job monitor', 'job monitor --job-id 0199…'],
    load: async () => (await import('./job-monitor.ts')).jobMonitor,
  }),
  own({
    words: ['system', 'logs'],
    summary: 'Show the end of the daemon’s log',
    flags: [
      flag('tail', 'number', 'how many lines', { fallback: '100' }),
      flag('follow', 'switch', 'go on with new lines as they come', { short: 'f' }),
    ],
    examples: ['system logs --tail 20', 'system logs --follow'],
    load: async () => (await import('./logs.ts')).logs,
  }),
  own({
    words: ['completion'],
    summary: 'Print a script that completes commands in your shell',
    args: [arg('shell', { summary: 'which shell', required: true, choices: ['bash', 'zsh', 'fish', 'pwsh'] })],
    examples: [
      'completion bash > ~/.local/share/bash-completion/completions/spacedrive',
      'completion fish > ~/.config/fish/completions/spacedrive.fish',
    ],
    load: async () => (await import('./completion.ts')).completion,
  }),
  own({
    words: ['complete'],
    hidden: true,
    summary: 'Say what could come next on a command line; the completion scripts call it',
    args: [arg('words', { variadic: true, summary: 'the line so far; its last word is being typed' })],
    load: async () => (await import('./completion.ts')).complete,
  }),
  own({
    words: ['help'],
    summary: 'Show help about a command, a group of commands, or the exit codes',
    args: [arg('topic', { variadic: true, summary: 'words of a command, or exit-codes' })],
    examples: ['help location add', 'help exit-codes'],
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
  return flag('user', 'switch', `${verb} the service of this user, not of the machine`)
}
