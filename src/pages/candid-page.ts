/** `/_/candid?id=…`: the frame in which the script of the page builds forms from a canister's interface. */

import {html, renderPage} from './page.js'

export function renderCandidPage(): string {
  const main = html`<h1>Candid UI</h1>
<form id="choose" class="row">
<label for="canister">Canister id</label>
<input id="canister" name="id" required spellcheck="false" autocomplete="off" placeholder="aaaaa-aa">
<button>Show</button>
</form>
<div id="identity"></div>
<p id="message" role="status"></p>
<div id="methods"></div>
<noscript><p>The forms need JavaScript.</p></noscript>`
  return renderPage({title: 'Candid UI', script: 'candid-ui.js', current: '/_/candid', main})
}
