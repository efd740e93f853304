// Rebuilds the flags from the stream as npm's `eventsource` reads it, which comes back by itself after a cut.
//
// Usage: node rebuild.mjs <url>. A line `show <event id>` on the standard input is answered, as soon as the stream has
// reached that id, with how the stream was opened each time, the change behind each flag as it was received, and `end`.

import { createInterface } from 'node:readline'

import { EventSource } from 'eventsource'

const openings = []
let flags = new Map()
let staging = null
let reached = ''
let awaited = null

const source = new EventSource(process.argv[2])

source.addEventListener('connected', () => {
  openings.push('connected')
  staging = new Map()
})

source.addEventListener('resumed', (event) => {
  openings.push(`resumed ${event.data}`)
  staging = null
})

source.addEventListener('ready', (event) => {
  flags = staging
  staging = null
  reach(event.lastEventId)
})

source.addEventListener('message', (event) => {
  const change = JSON.parse(event.data)
  if (change.type === 'UPSERT') {
    const store = staging ?? flags
    store.set(change.flag.key, event.data)
  } else if (change.type === 'DELETE') {
    flags.delete(change.key)
  }
  // Within a replay the last id is still the one before the cut.
  if (staging === null) reach(event.lastEventId)
})

function reach(id) {
  reached = id
  answer()
}

function answer() {
  if (awaited === null || awaited !== reached) return
  awaited = null
  const changes = [...flags.keys()].sort().map((key) => flags.get(key))
  process.stdout.write([...openings, ...changes, 'end', ''].join('\n'))
}

const commands = createInterface({ input: process.stdin })
commands.on('line', (line) => {
  awaited = line.slice('show '.length)
  answer()
})
commands.on('close', () => process.exit())
