// A report stays on the telephone until the server has it: photos made smaller, sent, and sent again under the same key.
// What must not be broken: nothing is thrown away before the server says that it is recorded, and one key is one report.
'use strict';
(() => {
  const form = document.getElementById('report');
  const field = (name) => form.elements.namedItem(name);
  const outbox = document.getElementById('outbox');
  const thumbs = document.getElementById('thumbs');
  const offline = 'offline' in form.dataset, ME = 'mingzhang-person';
  const person = offline ? localStorage.getItem(ME) : form.dataset.person;
  const photosMax = Number(form.dataset.photos);
  const FIELDS = ['item', 'division', 'text', 'grid', 'reported_at', 'latitude_e5', 'longitude_e5'];
  const SIDE_PX = 1600, SMALL_BYTES = 400 * 1024, PATIENCE_MS = 90000, RETRY_MS = 5000, RETRY_MS_MAX = 60000;
  const SHOWN_MS = 3 * 24 * 3600 * 1000;
  const CHINA_MS = 8 * 3600 * 1000;
  const begun = Date.now(), clock = offline ? begun + CHINA_MS : Date.parse(field('reported_at').value + 'Z');
  let db = null, items = [], draft = null, busy = false, wait = RETRY_MS, timer = 0, saving = 0, shrinking = Promise.resolve();

  // The telephone's own store. Without it everything still works while the page is open.
  const open = () => new Promise((done) => {
    let asked;
    try { asked = indexedDB.open('mingzhang', 1); } catch (_) { done(null); return; }
    asked.onupgradeneeded = () => asked.result.createObjectStore('reports', { keyPath: 'key' });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = asked.onblocked = () => done(null);
  });
  const stored = (mode, act) => new Promise((done) => {
    if (!db) { done(undefined); return; }
    const transaction = db.transaction('reports', mode);
    const asked = act(transaction.objectStore('reports'));
    transaction.oncomplete = () => done(asked.result);
    transaction.onerror = transaction.onabort = () => done(undefined);
  });
  const keep = async (item) => {
    const { sending, unsaved, ...kept } = item;
    item.unsaved = (await stored('readwrite', (store) => store.put(kept))) === undefined;
  };
  const drop = (item) => {
    items = items.filter((other) => other !== item);
    return stored('readwrite', (store) => store.delete(item.key));
  };

  // The form and the draft in it.
  const now = () => new Date(clock + Date.now() - begun).toISOString().slice(0, 16);
  const blank = (key) => ({ key, person, state: 'draft', fields: {}, photos: [], saved: Date.now() });
  const newKey = () => 'r' + Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  const written = (item) => Boolean(item.photos.length || (item.fields.text || '').trim());
  const read = () => { FIELDS.forEach((name) => { draft.fields[name] = field(name).value; }); };
  const put = () => {
    field('key').value = draft.key;
    field('reported_at').max = now();
    FIELDS.forEach((name) => { field(name).value = draft.fields[name] || (name === 'reported_at' ? now() : ''); });
    showPlace();
    showThumbs();
  };
  const edit = (item) => {
    draft = item;
    draft.state = 'draft';
    draft.note = '';
    put();
    show();
  };
  const fresh = () => {
    const division = draft.fields.division;
    const next = blank(newKey());
    next.fields.division = division;
    items.push(next);
    edit(next);
  };
  const save = async () => {
    clearTimeout(saving);
    read();
    draft.saved = Date.now();
    if (written(draft)) await keep(draft);
    show();
  };
  const soon = () => { clearTimeout(saving); saving = setTimeout(save, 300); };

  // Photos: no larger than anybody needs, so that they get through.
  const shrunk = async (file) => {
    if (file.type === 'image/jpeg' && file.size <= SMALL_BYTES) return file;
    const address = URL.createObjectURL(file);
    try {
      const image = await new Promise((done, failed) => {
        const loaded = new Image();
        loaded.onload = () => done(loaded);
        loaded.onerror = failed;
        loaded.src = address;
      });
      const scale = Math.min(1, SIDE_PX / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = document.createElement('canvas');
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      const drawing = canvas.getContext('2d');
      drawing.fillStyle = '#fff';
      drawing.fillRect(0, 0, canvas.width, canvas.height);
      drawing.drawImage(image, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.8));
      return small && small.size < file.size ? small : file;
    } catch (_) {
      return file; // what this browser cannot draw, the server judges
    } finally {
      URL.revokeObjectURL(address);
    }
  };
  const choose = async (files) => {
    const into = draft, said = document.getElementById('shrinking');
    said.hidden = false; // an old telephone needs seconds for each
    for (const file of files.slice(0, photosMax - into.photos.length)) {
      into.photos.push({ blob: await shrunk(file), id: null });
      if (into === draft) showThumbs();
    }
    said.hidden = true;
    await save();
  };
  const showThumbs = () => {
    thumbs.querySelectorAll('img').forEach((image) => URL.revokeObjectURL(image.src));
    thumbs.replaceChildren(...draft.photos.map((photo, at) => {
      const line = document.createElement('li'), image = document.createElement('img');
      image.src = URL.createObjectURL(photo.blob);
      image.alt = `第 ${at + 1} 张照片`;
      line.append(image, button('去掉', () => { draft.photos.splice(at, 1); showThumbs(); soon(); }));
      return line;
    }));
    thumbs.hidden = !draft.photos.length;
    field('photos').disabled = draft.photos.length >= photosMax;
  };

  // Where: the village is chosen; the telephone's own position is added to it, unless it would name a house.
  const place = document.getElementById('place'), located = document.getElementById('located'), near = document.getElementById('near');
  const setPosition = (latitude, longitude) => {
    field('latitude_e5').value = latitude;
    field('longitude_e5').value = longitude;
    showPlace();
    soon();
  };
  const showPlace = () => {
    const option = field('item').selectedOptions[0];
    const sensitive = Boolean(option && 'sensitive' in option.dataset);
    if (sensitive && field('latitude_e5').value) { setPosition('', ''); return; }
    document.getElementById('locate').hidden = sensitive;
    located.textContent = sensitive ? '这类事不记定位。' : field('latitude_e5').value ? '已定位。' : '';
    near.textContent = '';
  };
  // The village is proposed, never decided: it is put in only where nothing was chosen, and the reporter is asked to look.
  const propose = async (into) => {
    const body = new FormData();
    ['latitude_e5', 'longitude_e5'].forEach((name) => body.append(name, field(name).value));
    const { how, said } = await post('/staff/report/village', body);
    if (into !== draft) return;
    const chosen = field('division').selectedOptions[0], known = chosen && chosen.value && !('wide' in chosen.dataset);
    if (how !== 'done') near.textContent = known ? '' : '请选在哪个村、社区。';
    else if (!said.division) near.textContent = known ? '' : '附近还没有核实过的线索，推不出是哪个村，请自己选。';
    else if (!known) {
      field('division').value = said.division;
      near.textContent = `按附近核实过的线索，可能在${said.name}，已替您选上。请核对，不对就改。`;
      soon();
    } else if (chosen.value !== said.division) near.textContent = `附近核实过的线索在${said.name}，您选的是${chosen.textContent}。请核对。`;
    else near.textContent = '';
  };
  if (navigator.geolocation && window.isSecureContext) {
    place.hidden = false;
    document.getElementById('locate').onclick = () => {
      located.textContent = '正在定位…';
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          setPosition(Math.round(coords.latitude * 1e5), Math.round(coords.longitude * 1e5));
          located.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米。`;
          propose(draft);
        },
        (error) => { located.textContent = error.code === 1 ? '没有允许定位，请直接选村。' : '现在定不了位，请直接选村。'; },
        { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
      );
    };
  }

  // Sending: one after the other, each part under the report's key, until the server answers.
  const post = async (address, body) => {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      body.append('form_token', field('form_token').value);
      const headers = { accept: 'application/json, application/problem+json' };
      const answer = await fetch(address, { method: 'POST', body, headers, credentials: 'same-origin', signal: stop.signal });
      if (answer.redirected) return { how: 'sign_in' };
      const said = await answer.json();
      if (answer.ok) return { how: 'done', said };
      if (said.code === 'form.expired') return { how: 'sign_in' };
      if (said.code === 'command.key_reused') return { how: 'before' };
      return { how: answer.status >= 500 || answer.status === 429 || said.code === 'photo.unknown' ? 'later' : 'refused', said };
    } catch (_) {
      return { how: 'later', said: {} };
    } finally {
      clearTimeout(late);
    }
  };
  const send = async (item) => {
    for (const photo of item.photos.filter((one) => !one.id)) {
      const body = new FormData();
      body.append('photo', photo.blob, 'photo.jpg');
      const answer = await post('/staff/report/photos', body);
      if (answer.how !== 'done') return answer;
      photo.id = answer.said.photo;
      await keep(item);
    }
    const body = new FormData();
    body.append('key', item.key);
    FIELDS.forEach((name) => body.append(name, item.fields[name] || ''));
    item.photos.forEach((photo) => body.append('photo', photo.id));
    const answer = await post('/staff/report', body);
    if (answer.said && answer.said.code === 'photo.unknown') item.photos.forEach((photo) => { photo.id = null; });
    return answer;
  };
  const settle = async (item, { how, said }) => {
    if (how === 'done' || how === 'before') {
      Object.assign(item, { state: 'sent', code: said && said.code, at: said ? said.at : '/staff/reports', fields: {}, photos: [], saved: Date.now() });
    } else if (how === 'refused') {
      Object.assign(item, { state: 'refused', note: said.detail });
    } else {
      item.note = how === 'sign_in' ? 'sign_in' : said.detail || '';
    }
    await keep(item);
    return how === 'later' || how === 'sign_in';
  };
  // The page that was kept cannot send: it holds no token. It asks whether the server is there, and opens the real one.
  const reachable = () => fetch('/staff/report/offline', { cache: 'no-store' }).then(() => true, () => false);
  const pump = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    let stuck = false;
    if (offline && items.some((one) => one.state === 'waiting')) {
      stuck = !(await reachable());
      if (!stuck) { await save(); location.reload(); return; }
    }
    for (let item; !stuck && (item = items.find((one) => one.state === 'waiting'));) {
      item.sending = true;
      show();
      const answer = await send(item);
      item.sending = false;
      stuck = await settle(item, answer);
      if (!stuck) wait = RETRY_MS;
      show();
    }
    busy = false;
    if (stuck) {
      timer = setTimeout(pump, wait);
      wait = Math.min(2 * wait, RETRY_MS_MAX);
    }
  };
  const hurry = () => { wait = RETRY_MS; pump(); };

  // What the reporter sees of it.
  const button = (text, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'plain';
    made.textContent = text;
    made.onclick = act;
    return made;
  };
  const link = (text, address) => Object.assign(document.createElement('a'), { textContent: text, href: address });
  const line = (item) => {
    const made = document.createElement('li'), word = document.createElement('b');
    const head = (item.fields.text || '').trim().slice(0, 20);
    made.className = { sent: 'done', refused: 'stop' }[item.state] || 'warn';
    made.append(word);
    if (item.state === 'sent') {
      word.textContent = '已发送';
      made.append(item.code ? `，短号 ${item.code}。` : '，先前已经记下。', link('看回执', item.at), ' ', button('知道了', async () => { await drop(item); show(); }));
      return made;
    }
    word.textContent = item.sending ? '正在发送' : { waiting: '未发送，正在重试', refused: '未发送', draft: '草稿，未发送' }[item.state];
    if (head) made.append(`：${head}${head.length === 20 ? '…' : ''}`);
    const say = (text) => made.append(document.createElement('br'), text);
    if (item.unsaved && !item.sending) say('手机里存不下，请不要关闭这一页。');
    if (item.sending) return made;
    if (item.note === 'sign_in') {
      say('登录过期了，内容还在手机里。');
      made.append(link('重新登录', '/staff/sign-in?to=/staff/report'), ' ');
    } else if (item.state === 'waiting') {
      say(item.note || '网络不通。内容已存在手机里，有网络就自动发送，不会重复。');
    } else if (item.note) {
      say(item.note);
    }
    made.append(document.createElement('br'));
    if (item.state === 'waiting') made.append(button('马上再发', hurry), ' ');
    made.append(button('取回修改', () => { save().then(() => edit(item)); }), ' ', button('删除', async () => {
      if (confirm('确定删除这一份？')) { await drop(item); show(); }
    }));
    return made;
  };
  const show = () => {
    const shown = items.filter((item) => item !== draft && (item.state !== 'draft' || written(item)));
    outbox.replaceChildren(...shown.map(line));
    outbox.hidden = !shown.length;
  };

  // The page itself, for the next time without a network.
  const keepPage = async () => {
    try {
      localStorage.setItem(ME, person);
      await navigator.serviceWorker.register('/staff/report-worker.js');
      const { active } = await navigator.serviceWorker.ready;
      const ask = (worker) => { if (worker) worker.postMessage('keep'); };
      navigator.serviceWorker.addEventListener('controllerchange', () => ask(navigator.serviceWorker.controller));
      ask(active);
      document.getElementById('kept').hidden = false;
    } catch (_) { /* an old browser, or no storage: then the page opens with a network only */ }
  };

  form.addEventListener('input', soon);
  field('item').addEventListener('change', showPlace);
  field('division').addEventListener('change', () => { near.textContent = ''; });
  field('photos').addEventListener('change', () => {
    const files = Array.from(field('photos').files);
    field('photos').value = '';
    shrinking = shrinking.then(() => choose(files));
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const item = draft;
    await shrinking;
    read();
    clearTimeout(saving);
    item.state = 'waiting';
    await keep(item);
    fresh();
    window.scrollTo(0, 0);
    hurry();
  });
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(); else hurry(); });

  (async () => {
    const first = blank(field('key').value || newKey());
    field('key').value = first.key;
    items = [first];
    draft = first;
    db = await open();
    const found = ((await stored('readonly', (store) => store.getAll())) || []).filter((item) => item.person === person);
    for (const item of found.filter((one) => one.state === 'sent' && Date.now() - one.saved > SHOWN_MS)) await drop(item);
    items = [...found.filter((item) => item.state !== 'sent' || Date.now() - item.saved <= SHOWN_MS), first];
    const left = items.find((item) => item.state === 'draft' && item !== first);
    read();
    if (left && !written(first)) { items.pop(); edit(left); } else show();
    form.dataset.ready = '';
    hurry();
    if (!offline) keepPage();
  })();
})();
