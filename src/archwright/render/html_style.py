"""The page's style sheet: one column of reading, one accent, system type, hairlines instead of boxes."""

from __future__ import annotations

from typing import Final

from archwright.render.marks import CHART_CSS
from archwright.render.theme import MONO, SANS, variables

_GROUND: Final = f"""
*,*::before,*::after{{box-sizing:border-box}}
:root{{color-scheme:light dark}}
@media screen{{:root[data-theme="light"]{{color-scheme:light}}:root[data-theme="dark"]{{color-scheme:dark}}}}
html{{scroll-behavior:smooth;scroll-padding-top:1.5rem;-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--aw-paper);color:var(--aw-ink);font:400 1rem/1.6 {SANS};
font-variant-numeric:lining-nums;overflow-wrap:break-word;-webkit-font-smoothing:antialiased}}
code,pre,.mono{{font-family:{MONO};font-size:.86em}}
h1,h2,h3,h4,p,dl,dd,ol,ul,figure,pre{{margin:0;padding:0}}
h1,h2,h3,h4{{line-height:1.25;text-wrap:balance}}
p,dd{{text-wrap:pretty}}
ol,ul{{list-style:none}}
a{{color:var(--aw-accent);text-underline-offset:.2em;text-decoration-thickness:1px}}
:focus-visible{{outline:2px solid var(--aw-accent);outline-offset:3px}}
.skip{{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--aw-raised);z-index:9}}
.skip:focus{{top:1rem}}
button{{font:inherit;font-size:.875rem;color:var(--aw-soft);background:none;border:1px solid var(--aw-rule);
border-radius:99px;padding:.3rem .9rem;cursor:pointer}}
button:hover{{color:var(--aw-ink);border-color:var(--aw-soft)}}
.good{{color:var(--aw-good)}}.bad{{color:var(--aw-bad)}}.muted{{color:var(--aw-soft)}}
"""

_FRAME: Final = """
.frame{max-width:90rem;margin:0 auto;padding:0 2.5rem;display:grid;column-gap:3.5rem;
grid-template-columns:13rem minmax(0,1fr)}
.masthead{grid-column:1/-1;display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.25rem 2rem;padding:2rem 0 2.75rem}
.maker{font-size:.875rem;font-weight:600;letter-spacing:.01em;color:var(--aw-accent);align-self:center}
.masthead h1{grid-column:1/-1;font-size:clamp(1.75rem,1.2rem + 2.2vw,2.75rem);font-weight:650;letter-spacing:-.022em;
line-height:1.12;margin-top:2.25rem}
.masthead .subtitle{grid-column:1/-1;font-size:1.125rem;color:var(--aw-soft);max-width:62ch;margin-top:.6rem}
.contents{font-size:.875rem;line-height:1.4;position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;
padding:.25rem .5rem 3rem 0;scrollbar-width:thin}
.contents summary{display:none}
.contents a{display:block;padding:.22rem 0 .22rem .85rem;color:var(--aw-soft);text-decoration:none;
border-left:2px solid var(--aw-rule)}
.contents a:hover{color:var(--aw-ink)}
.contents a[aria-current]{color:var(--aw-accent);border-left-color:var(--aw-accent)}
.contents ol ol a{padding-left:1.6rem}
.contents details>ol>li>a{color:var(--aw-ink);font-weight:600}
.contents details>ol>li>a[aria-current]{color:var(--aw-accent)}
.contents details>ol>li+li{margin-top:.9rem}
main{min-width:0;padding-bottom:4rem}
.foot{grid-column:1/-1;border-top:1px solid var(--aw-rule);padding:1.25rem 0 3rem;font-size:.875rem;
color:var(--aw-soft)}
.overview ol{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:1.75rem 2rem}
.overview li{border-top:2px solid var(--aw-rule);padding-top:.8rem;display:flex;flex-direction:column}
.overview a{font-weight:600;color:var(--aw-ink);text-decoration:none}
.overview a:hover{color:var(--aw-accent);text-decoration:underline}
.overview .what{font-size:.875rem;line-height:1.45;color:var(--aw-soft);margin-bottom:.7rem}
.overview .headline{margin-top:auto;font-size:1.375rem;font-weight:600;letter-spacing:-.012em;line-height:1.25;
font-variant-numeric:tabular-nums lining-nums}
.overview .headline small{display:block;font-size:.8125rem;font-weight:400;letter-spacing:0;color:var(--aw-soft)}
.document,.appendix{margin-top:5rem;padding-top:2rem;border-top:1px solid var(--aw-ink)}
.document>header h2,.appendix h2{font-size:1.75rem;font-weight:650;letter-spacing:-.018em}
.document>header p,.appendix>p{color:var(--aw-soft);font-size:1.0625rem;max-width:68ch;margin-top:.35rem}
.part{margin-top:3rem}
.part>h3{font-size:1.25rem;font-weight:620;letter-spacing:-.01em}
.lead{max-width:68ch;color:var(--aw-soft);margin-top:.35rem}
.part>*+.block{margin-top:1.5rem}
.part>h3+.block,.part>.lead+.block{margin-top:1.1rem}
.facts{display:flex;flex-wrap:wrap;gap:.3rem 2rem;margin-top:3rem;padding-top:.9rem;border-top:1px solid var(--aw-rule);
font-size:.8125rem}
.facts div{display:flex;gap:.5rem;min-width:0}
.facts dt{color:var(--aw-soft);flex:none}
.facts dd{min-width:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
"""

_BLOCKS: Final = """
p.block{max-width:68ch;white-space:pre-line}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:1.75rem 2rem}
.tile{border-top:2px solid var(--aw-accent);padding-top:.7rem;min-width:0}
.tile dt{font-size:.875rem;color:var(--aw-soft);line-height:1.35}
.tile .value{font-size:1.75rem;font-weight:600;letter-spacing:-.02em;line-height:1.25;margin-top:.15rem;
font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
.tile .note{font-size:.8125rem;line-height:1.4;color:var(--aw-soft);margin-top:.15rem}
a.why{color:inherit;text-decoration:underline dotted var(--aw-soft) 1px;text-underline-offset:.26em;cursor:help}
a.why:hover,a.why:focus-visible{color:var(--aw-accent);text-decoration:underline solid var(--aw-accent) 1px}
.tile a.why{text-underline-offset:.2em}
.scroll{overflow-x:auto;scrollbar-width:thin;container-type:inline-size}
table{border-collapse:collapse;width:100%;font-size:.9375rem;line-height:1.45;
font-variant-numeric:tabular-nums lining-nums}
caption,figcaption{text-align:left;font-size:.9375rem;font-weight:600;padding-bottom:.6rem}
caption>span{position:sticky;left:0;display:inline-block;max-width:100cqi}
th,td{text-align:left;vertical-align:baseline;padding:.5rem 0 .5rem 1.75rem;border-bottom:1px solid var(--aw-rule);
font-weight:400}
th:first-child,td:first-child{padding-left:0}
thead th{font-size:.8125rem;color:var(--aw-soft);line-height:1.35;vertical-align:bottom;
border-bottom-color:var(--aw-soft);padding-top:0}
th.number,td.number{text-align:right}
td.number{white-space:nowrap}
.heat1{background:color-mix(in srgb,var(--aw-accent) 7%,transparent)}
.heat2{background:color-mix(in srgb,var(--aw-accent) 13%,transparent)}
.heat3{background:color-mix(in srgb,var(--aw-accent) 19%,transparent)}
.heat4{background:color-mix(in srgb,var(--aw-accent) 25%,transparent)}
.heat5{background:color-mix(in srgb,var(--aw-accent) 31%,transparent)}
tbody tr:hover>*{background:var(--aw-wash)}
.findings .count{font-weight:600;margin-bottom:.75rem}
.finding{display:grid;grid-template-columns:5.5rem minmax(0,1fr);gap:.1rem 1.25rem;padding:1rem 0;
border-top:1px solid var(--aw-rule)}
.finding .severity{font-size:.875rem;font-weight:600;line-height:1.7}
.finding.error .severity{color:var(--aw-bad)}.finding.warning .severity{color:var(--aw-warn)}
.finding.note .severity{color:var(--aw-soft)}
.finding>div{min-width:0}
.finding .message{font-weight:600;max-width:68ch}
.finding .place{font-size:.8125rem;color:var(--aw-soft);overflow-wrap:anywhere}
.finding .place span+span::before{content:" · "}
.finding dl{margin-top:.4rem;font-size:.9375rem;display:grid;grid-template-columns:3.1rem minmax(0,1fr);
gap:.15rem .5rem;max-width:68ch}
.finding dt{color:var(--aw-soft)}
figure .narrow{display:none}
figure .wide{max-width:60rem}
.picture{position:relative}
.picture button{position:absolute;right:0;top:0;z-index:1;background:var(--aw-paper)}
.picture .scroll>svg{display:block;max-width:100%;height:auto;margin:0 auto}
.picture[data-full] .scroll>svg{max-width:none}
.derivation{padding:1.1rem 0;border-top:1px solid var(--aw-rule);margin-top:0}
.appendix>p+.derivation{margin-top:1.5rem}
.derivation h3,dialog h2{font-size:.9375rem;font-weight:600;line-height:1.4;overflow-wrap:anywhere}
.derivation h3 code,dialog h2{font-family:inherit;font-size:inherit}
.derivation pre,dialog pre{white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.6;margin-top:.4rem;
color:var(--aw-soft);max-width:84ch}
.derivation pre{max-height:15rem;overflow:auto;scrollbar-width:thin}
.derivation:target{background:var(--aw-accent-wash);
box-shadow:-1rem 0 var(--aw-accent-wash),1rem 0 var(--aw-accent-wash)}
dialog{border:1px solid var(--aw-rule);border-radius:10px;padding:1.5rem 1.75rem 1.75rem;background:var(--aw-raised);
color:var(--aw-ink);width:min(44rem,calc(100vw - 2rem));max-height:calc(100vh - 4rem);
box-shadow:0 18px 60px rgb(0 0 0/.22)}
dialog::backdrop{background:rgb(10 14 16/.4)}
dialog header{display:flex;gap:1rem;justify-content:space-between;align-items:baseline}
dialog button{flex:none}
dialog pre{color:var(--aw-ink)}
"""

_ELSEWHERE: Final = """
@media (max-width:68rem){
.frame{grid-template-columns:minmax(0,1fr);padding:0 1.5rem}
.masthead{padding:1.25rem 0 1.5rem}
.masthead h1{margin-top:1.5rem}
html{scroll-padding-top:4.25rem}
.contents{z-index:5;margin:0 -1.5rem 2rem;padding:0;background:var(--aw-paper);border:solid var(--aw-rule);
border-width:1px 0;max-height:80vh}
.contents summary{display:block;cursor:pointer;padding:.8rem 1.5rem;font-weight:600}
.contents summary::after{content:"";float:right;width:.5rem;height:.5rem;margin:.3rem .2rem 0;
border:solid var(--aw-soft);border-width:0 1.5px 1.5px 0;transform:rotate(45deg)}
.contents details[open] summary::after{transform:rotate(225deg);margin-top:.6rem}
.contents details>ol{padding:.25rem 1.5rem 1.25rem}
.contents a{padding-top:.4rem;padding-bottom:.4rem}
.document,.appendix{margin-top:3.5rem}
}
@media (max-width:40rem){
.frame{padding:0 1.1rem}
.contents{margin-inline:-1.1rem}
.contents summary{padding-inline:1.1rem}
.contents details>ol{padding-inline:1.1rem}
.overview ol{grid-template-columns:minmax(0,1fr);gap:1.25rem}
.tiles{grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1.25rem}
.tile .value{font-size:1.5rem}
.finding{grid-template-columns:minmax(0,1fr)}
th,td{padding-left:1.1rem}
.picture .scroll>svg{max-width:none}
figure .wide{display:none}
figure .narrow{display:block;max-width:28rem}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{
@page{margin:18mm 16mm}
html{font-size:13px}
:root{--aw-paper:#fff}
body{background:none}
.facts{margin-top:1.25rem;break-before:avoid}
.part{margin-top:2rem}
.frame{display:block;padding:0;max-width:none}
.contents,.skip,dialog,button{display:none!important}
.masthead{padding:0 0 1.5rem}
.document,.appendix{break-before:page;margin-top:0;padding-top:0;border-top:0}
h2,h3,caption,figcaption,thead{break-after:avoid}
tr,figure,.tile,.finding,.derivation,.overview li{break-inside:avoid}
.scroll{overflow:visible}
.derivation pre{max-height:none}
a,a.why{color:inherit;text-decoration:none}
figure .wide{display:block}figure .narrow{display:none}
figure .wide{max-width:60rem}
.picture{position:relative}
.picture button{position:absolute;right:0;top:0;z-index:1;background:var(--aw-paper)}
}
"""


def style_sheet() -> str:
    """The whole sheet, without the newlines that only its source needs."""
    sheet = variables(":root") + _GROUND + CHART_CSS + _FRAME + _BLOCKS + _ELSEWHERE
    return sheet.replace("\n", "")
