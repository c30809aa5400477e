import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './i18n.js';
import { createConsoleRouter } from './router.js';
import { usePreferencesStore } from './stores/preferences.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/print.css';

const app = createApp(App).use(createPinia()).use(i18n);
// Before the first paint, so that language and theme don't flash.
usePreferencesStore();
app.use(createConsoleRouter()).mount('#app');
