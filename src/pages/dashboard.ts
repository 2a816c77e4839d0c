/** `/_/dashboard`: the state of the network at a glance. The script of the page refreshes what has a `data-fact`. */

import {toHex} from '../base/bytes.js'
import {principalToText} from '../protocol/principal.js'
import type {CanisterFacts, NetworkFacts, SubnetFacts} from './network-facts.js'
import {html, type Markup, renderPage} from './page.js'

export function renderDashboard(facts: NetworkFacts, canisters: readonly CanisterFacts[] | undefined): string {
  const main = html`<h1>Local network</h1>
<dl class="facts">
<div><dt>Health</dt><dd data-fact="health">${facts.health}</dd></div>
<div><dt>Certified height</dt><dd data-fact="certifiedHeight">${facts.certifiedHeight}</dd></div>
<div><dt>Version</dt><dd>${facts.version}</dd></div>
</dl>
<p id="stale" role="status" hidden>The network does not answer. The values are the last known ones.</p>
${facts.subnets.map(renderSubnet)}
${canisters ? renderCanisters(canisters) : html``}
<h2>Root key</h2>
<p>Clients that do not talk to the public network verify certificates with this key (DER, hexadecimal).</p>
<p><code class="long">${toHex(facts.rootKey)}</code></p>`
  return renderPage({title: 'Dashboard', script: 'dashboard.js', current: '/_/dashboard', main})
}

function renderSubnet({subnetId, kind, nodes, ranges}: SubnetFacts): Markup {
  return html`<section aria-labelledby="subnet-${subnetId}">
<h2 id="subnet-${subnetId}">${kind} subnet</h2>
<dl class="facts">
<div><dt>Subnet</dt><dd><code>${principalToText(subnetId)}</code></dd></div>
<div><dt>Nodes</dt><dd>${nodes.map((node) => html`<code>${principalToText(node)}</code> `)}</dd></div>
<div><dt>Canister ids</dt><dd>${ranges.map(({first, last}) => html`<code>${principalToText(first)}</code> to <code>${principalToText(last)}</code><br>`)}</dd></div>
</dl>
</section>`
}

function renderCanisters(canisters: readonly CanisterFacts[]): Markup {
  if (canisters.length === 0)
    return html`<h2>Canisters</h2>
<p>There are none yet. <code>icicle deploy</code> in a project makes some.</p>`
  return html`<h2 id="canisters">Canisters</h2>
<div class="scroll" role="region" aria-labelledby="canisters" tabindex="0">
<table>
<thead><tr><th scope="col">Canister</th><th scope="col">Status</th><th scope="col" class="number">Balance</th><th scope="col" class="number">Memory</th></tr></thead>
<tbody>${canisters.map(renderCanister)}</tbody>
</table>
</div>`
}

function renderCanister({canisterId, status, balanceCycles, memoryBytes, hasModule}: CanisterFacts): Markup {
  const id = principalToText(canisterId)
  const name = hasModule ? html`<a href="/_/candid?id=${id}"><code>${id}</code></a>` : html`<code>${id}</code> (no code)`
  return html`<tr><th scope="row">${name}</th><td>${status}</td><td class="number">${formatCycles(balanceCycles)}</td><td class="number">${formatBytes(memoryBytes)}</td></tr>`
}

/** Trillions with three digits; 10^12 cycles are one. */
export function formatCycles(cycles: bigint): string {
  const thousandths = cycles / 1_000_000_000n
  return `${thousandths / 1000n}.${String(thousandths % 1000n).padStart(3, '0')} T`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function formatBytes(bytes: bigint): string {
  let value = Number(bytes)
  let unit = 0
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
