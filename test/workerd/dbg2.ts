import { Miniflare } from 'miniflare'
import { WebSocket } from 'ws'
import { readFileSync } from 'node:fs'
const mf = new Miniflare({ modules: true, script: readFileSync('/tmp/dbg/w.mjs','utf8'), compatibilityDate: '2026-11-01', durableObjects: { O: {className:'O', useSQLite: true} } })
const url = await mf.ready
const t0 = Date.now()
const ws = new WebSocket(url.href.replace('http','ws'), {perMessageDeflate:false})
ws.on('open', () => { ws._receiver.on('conclude', (c) => console.log('frame', c, Date.now()-t0)); ws.send('x') })
ws.on('close', (c, r) => console.log('closed', c, r.toString(), Date.now()-t0))
await new Promise(r => setTimeout(r, 4000))
await mf.dispose(); process.exit()
