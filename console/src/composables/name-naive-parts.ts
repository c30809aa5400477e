import { NBaseClose, NBaseLoading } from 'naive-ui/es/_internal';
import { getCurrentInstance, onMounted, watchEffect } from 'vue';
import { i18n } from '../i18n.js';

/*
 * Two parts of Naive UI have an English `aria-label` that neither its locale nor a property reaches: the cross of a dialog or a tag, and the turning wheel, which stands in every select and says that it
 * loads also while it doesn't. Each is named here once it stands, in the language in use.
 */
const { t } = i18n.global;
whileItStands(NBaseClose, (close) => { close.setAttribute('aria-label', t(close.closest('.n-tag') === null ? 'ops.close' : 'ruleForm.remove')); });
whileItStands(NBaseLoading, (wheel, { show = true }) => { wheel.setAttribute('aria-label', t('ops.loading')); wheel.setAttribute('aria-hidden', String(!show)); });

interface Props { readonly show?: boolean }
type Setup = (props: Props, context: unknown) => unknown;

/** Runs `name` on the part's one root element, and again whenever what it read is another. */
function whileItStands(part: object, name: (element: Element, props: Props) => void): void {
  const open = part as { setup?: Setup }; // each of both is an object with `setup`
  const { setup } = open;
  open.setup = (props, context) => {
    const self = getCurrentInstance();
    onMounted(() => { watchEffect(() => { if (self?.vnode.el instanceof Element) name(self.vnode.el, props); }); });
    return setup?.(props, context);
  };
}
