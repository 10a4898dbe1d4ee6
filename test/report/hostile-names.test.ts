import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderFlameHtml } from '../../src/report/render-flame-html.ts';
import { renderFlameSvg } from '../../src/report/render-flame-svg.ts';
import { renderHtml } from '../../src/report/render-html.ts';
import { renderJson } from '../../src/report/render-json.ts';
import { renderJunit } from '../../src/report/render-junit.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { renderPullRequestComment } from '../../src/report/render-pull-request-comment.ts';
import { renderSarif } from '../../src/report/render-sarif.ts';
import { renderTerminal } from '../../src/report/render-terminal.ts';
import { assertWellFormed } from '../helpers/assert-xml.ts';
import { hostileDocument, hostileFlame } from '../helpers/hostile-document.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';

const ASSETS = { script: '/* script */', style: '/* style */', sha256Base64: () => 'x' };
const DOCUMENT = hostileDocument();
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours begin with it
const OWN_COLOURS = /\u001b\[[\d;]*m/g;

describe('names of the profiled program stay names', () => {
  test('report.json gives every name back exactly', () => {
    assert.deepEqual(JSON.parse(renderJson(DOCUMENT)), DOCUMENT.report);
  });

  test('the terminal gets no control character from a name, and no line of its own', () => {
    const plain = renderTerminal(DOCUMENT, { colour: false });
    assert.deepEqual(plain.match(CONTROLS), null);
    assert.ok(!plain.split('\n').some((line) => line.startsWith('PASS')));
    assert.doesNotMatch(renderTerminal(DOCUMENT, { colour: true }).replace(OWN_COLOURS, ''), CONTROLS);
  });

  test('each name alone, as the first finding, keeps the terminal clean', () => {
    for (const name of HOSTILE_NAMES) {
      assert.doesNotMatch(renderTerminal(hostileDocument([name]), { colour: false }), CONTROLS, JSON.stringify(name));
    }
  });

  test('junit.xml and SVG are well-formed, with as many cases as gates and findings', () => {
    const junit = renderJunit(DOCUMENT);
    assertWellFormed(junit);
    assert.equal(junit.split('<testcase ').length - 1, 2 * HOSTILE_NAMES.length);
    const { title, root } = hostileFlame();
    assertWellFormed(renderFlameSvg({ title, root, unit: 'microseconds' }));
  });

  test('SARIF is JSON with one result a finding and addresses without spaces', () => {
    const log = JSON.parse(renderSarif(DOCUMENT));
    assert.equal(log.runs[0].results.length, HOSTILE_NAMES.length);
    for (const { locations } of log.runs[0].results) {
      const { uri } = locations[0].physicalLocation.artifactLocation;
      assert.match(uri, /^[\x21-\x7e]*$/);
    }
  });

  test('Markdown holds no HTML, no link, no mention and no control character of a name', () => {
    for (const text of [renderMarkdown(DOCUMENT), renderPullRequestComment(DOCUMENT)]) {
      assert.deepEqual(text.match(CONTROLS), null);
      const outsideCode = text.replace(/`[^`\n]*`|<code>[^<\n]*<\/code>/g, '').replace(/<\/?(details|summary)>/g, '');
      assert.deepEqual(outsideCode.match(/<[a-z!/?]/i), null);
      assert.deepEqual(outsideCode.match(/(?<!\\)\]\(/), null);
      assert.deepEqual(outsideCode.match(/@\w/), null);
      assert.deepEqual(outsideCode.match(/https?:\/\//), null);
    }
  });

  test('a comment stays below the limit of the code host', () => {
    assert.ok(renderPullRequestComment(DOCUMENT).length < 65_536);
  });

  test('the pages hold no element, attribute or end of script that a name brought', () => {
    const pages = [
      renderHtml({ document: DOCUMENT, ...ASSETS }),
      renderFlameHtml({ title: HOSTILE_NAMES[0] ?? '', flames: [hostileFlame()], ...ASSETS }),
    ];
    for (const page of pages) {
      assert.equal(page.match(/<script/gi)?.length, 2);
      assert.equal(page.match(/<\/script/gi)?.length, 2);
      assert.deepEqual(page.match(/<(img|iframe|base|use|textarea|!--)/gi), null);
      assert.deepEqual(page.replace(/="[^"]*"/g, '=').match(/<[^<>]*\son\w+=/gi), null);
    }
  });
});
