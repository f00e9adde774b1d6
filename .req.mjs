import { chromium } from "playwright-core";
import { readdirSync } from "node:fs";
const b = await chromium.launch({ executablePath: process.env.CHROME });
const p = await b.newPage({viewport:{width:1440,height:900}});
const t0=Date.now(); p.on("request", r=>console.log(Date.now()-t0, r.url(), r.resourceType())); p.on("requestfinished", r=>console.log(Date.now()-t0,"  done", r.url()));
await p.goto(process.argv[2], {waitUntil:"commit"}); await p.locator(".run-row").first().waitFor(); console.log(Date.now()-t0,"ROW"); await p.waitForTimeout(800); await b.close();
