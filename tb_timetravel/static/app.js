var Tl,se,xu,cs,$n,bu,wu,Su,ss,xl,Oo,ku,fs,as,us,bm,Sl={},kl=[],vm=/acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i,Rl=Array.isArray;function wn(e,t){for(var n in t)e[n]=t[n];return e}function ps(e){e&&e.parentNode&&e.parentNode.removeChild(e)}function ds(e,t,n){var r,o,l,i={};for(l in t)l=="key"?r=t[l]:l=="ref"?o=t[l]:i[l]=t[l];if(arguments.length>2&&(i.children=arguments.length>3?Tl.call(arguments,2):n),typeof e=="function"&&e.defaultProps!=null)for(l in e.defaultProps)i[l]===void 0&&(i[l]=e.defaultProps[l]);return wl(e,i,r,o,null)}function wl(e,t,n,r,o){var l={type:e,props:t,key:n,ref:r,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:o??++xu,__i:-1,__u:0};return o==null&&se.vnode!=null&&se.vnode(l),l}function We(e){return e.children}function Jr(e,t){this.props=e,this.context=t}function mr(e,t){if(t==null)return e.__?mr(e.__,e.__i+1):null;for(var n;t<e.__k.length;t++)if((n=e.__k[t])!=null&&n.__e!=null)return n.__e;return typeof e.type=="function"?mr(e):null}function ym(e){if(e.__P&&e.__d){var t=e.__v,n=t.__e,r=[],o=[],l=wn({},t);l.__v=t.__v+1,se.vnode&&se.vnode(l),ms(e.__P,l,t,e.__n,e.__P.namespaceURI,32&t.__u?[n]:null,r,n??mr(t),!!(32&t.__u),o),l.__v=t.__v,l.__.__k[l.__i]=l,Mu(r,l,o),t.__e=t.__=null,l.__e!=n&&Eu(l)}}function Eu(e){if((e=e.__)!=null&&e.__c!=null)return e.__e=e.__c.base=null,e.__k.some(function(t){if(t!=null&&t.__e!=null)return e.__e=e.__c.base=t.__e}),Eu(e)}function vu(e){(!e.__d&&(e.__d=!0)&&$n.push(e)&&!El.__r++||bu!=se.debounceRendering)&&((bu=se.debounceRendering)||wu)(El)}function El(){try{for(var e,t=1;$n.length;)$n.length>t&&$n.sort(Su),e=$n.shift(),t=$n.length,ym(e)}finally{$n.length=El.__r=0}}function Tu(e,t,n,r,o,l,i,a,f,p,b){var g,m,_,S,C,M,A=r&&r.__k||kl,x=t.length;for(f=_m(n,t,A,f,x),g=0;g<x;g++)(_=n.__k[g])!=null&&(m=_.__i!=-1&&A[_.__i]||Sl,_.__i=g,M=ms(e,_,m,o,l,i,a,f,p,b),S=_.__e,_.ref&&m.ref!=_.ref&&(m.ref&&hs(m.ref,null,_),b.push(_.ref,_.__c||S,_)),C==null&&S!=null&&(C=S),4&_.__u?(f=Ru(_,f,e),m.__e&&(m.__e=null)):typeof _.type=="function"&&M!==void 0?f=M:S&&(f=S.nextSibling),_.__u&=-7);return n.__e=C,f}function _m(e,t,n,r,o){var l,i,a,f,p,b=n.length,g=b,m=0;for(e.__k=new Array(o),l=0;l<o;l++)(i=t[l])!=null&&typeof i!="boolean"&&typeof i!="function"?(typeof i=="string"||typeof i=="number"||typeof i=="bigint"||i.constructor==String?i=e.__k[l]=wl(null,i,null,null,null):Rl(i)?i=e.__k[l]=wl(We,{children:i},null,null,null):i.constructor===void 0&&i.__b>0?i=e.__k[l]=wl(i.type,i.props,i.key,i.ref?i.ref:null,i.__v):e.__k[l]=i,f=l+m,i.__=e,i.__b=e.__b+1,a=null,(p=i.__i=xm(i,n,f,g))!=-1&&(g--,(a=n[p])&&(a.__u|=2)),a==null||a.__v==null?(p==-1&&(o>b?m--:o<b&&m++),typeof i.type!="function"&&(i.__u|=4)):p!=f&&(p==f-1?m--:p==f+1?m++:(p>f?m--:m++,i.__u|=4))):e.__k[l]=null;if(g)for(l=0;l<b;l++)(a=n[l])!=null&&(2&a.__u)==0&&(a.__e==r&&(r=mr(a)),Pu(a,a));return r}function Ru(e,t,n){var r,o;if(typeof e.type=="function"){for(r=e.__k,o=0;r&&o<r.length;o++)r[o]&&(r[o].__=e,t=Ru(r[o],t,n));return t}e.__e!=t&&(t&&e.type&&!t.parentNode&&(t=mr(e)),t=n.insertBefore(e.__e,t||null));do t=t&&t.nextSibling;while(t!=null&&t.nodeType==8);return t}function xm(e,t,n,r){var o,l,i,a=e.key,f=e.type,p=t[n],b=p!=null&&(2&p.__u)==0;if(p===null&&a==null||b&&a==p.key&&f==p.type)return n;if(r>(b?1:0)){for(o=n-1,l=n+1;o>=0||l<t.length;)if((p=t[i=o>=0?o--:l++])!=null&&(2&p.__u)==0&&a==p.key&&f==p.type)return i}return-1}function yu(e,t,n){t[0]=="-"?e.setProperty(t,n??""):e[t]=n==null?"":typeof n!="number"||vm.test(t)?n:n+"px"}function _l(e,t,n,r,o){var l,i;e:if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof r=="string"&&(e.style.cssText=r=""),r)for(t in r)n&&t in n||yu(e.style,t,"");if(n)for(t in n)r&&n[t]==r[t]||yu(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")l=t!=(t=t.replace(ku,"$1")),i=t.toLowerCase(),t=i in e||t=="onFocusOut"||t=="onFocusIn"?i.slice(2):t.slice(2),e.l||(e.l={}),e.l[t+l]=n,n?r?n[Oo]=r[Oo]:(n[Oo]=fs,e.addEventListener(t,l?us:as,l)):e.removeEventListener(t,l?us:as,l);else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{e[t]=n??"";break e}catch{}typeof n=="function"||(n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n))}}function _u(e){return function(t){if(this.l){var n=this.l[t.type+e];if(t[xl]==null)t[xl]=fs++;else if(t[xl]<n[Oo])return;return n(se.event?se.event(t):t)}}}function ms(e,t,n,r,o,l,i,a,f,p){var b,g,m,_,S,C,M,A,x,F,E,B,P,q,O,Y,z=t.type;if(t.constructor!==void 0)return null;128&n.__u&&(f=!!(32&n.__u),l=[a=t.__e=n.__e]),(b=se.__b)&&b(t);e:if(typeof z=="function"){g=i.length;try{if(x=t.props,F=z.prototype&&z.prototype.render,E=(b=z.contextType)&&r[b.__c],B=b?E?E.props.value:b.__:r,n.__c?A=(m=t.__c=n.__c).__=m.__E:(F?t.__c=m=new z(x,B):(t.__c=m=new Jr(x,B),m.constructor=z,m.render=Sm),E&&E.sub(m),m.state||(m.state={}),m.__n=r,_=m.__d=!0,m.__h=[],m._sb=[]),F&&m.__s==null&&(m.__s=m.state),F&&z.getDerivedStateFromProps!=null&&(m.__s==m.state&&(m.__s=wn({},m.__s)),wn(m.__s,z.getDerivedStateFromProps(x,m.__s))),S=m.props,C=m.state,m.__v=t,_)F&&z.getDerivedStateFromProps==null&&m.componentWillMount!=null&&m.componentWillMount(),F&&m.componentDidMount!=null&&m.__h.push(m.componentDidMount);else{if(F&&z.getDerivedStateFromProps==null&&x!==S&&m.componentWillReceiveProps!=null&&m.componentWillReceiveProps(x,B),t.__v==n.__v||!m.__e&&m.shouldComponentUpdate!=null&&m.shouldComponentUpdate(x,m.__s,B)===!1){t.__v!=n.__v&&(m.props=x,m.state=m.__s,m.__d=!1),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(T){T&&(T.__=t)}),kl.push.apply(m.__h,m._sb),m._sb=[],m.__h.length&&i.push(m),a=mr(n);break e}m.componentWillUpdate!=null&&m.componentWillUpdate(x,m.__s,B),F&&m.componentDidUpdate!=null&&m.__h.push(function(){m.componentDidUpdate(S,C,M)})}if(m.context=B,m.props=x,m.__P=e,m.__e=!1,P=se.__r,q=0,F)m.state=m.__s,m.__d=!1,P&&P(t),b=m.render(m.props,m.state,m.context),kl.push.apply(m.__h,m._sb),m._sb=[];else do m.__d=!1,P&&P(t),b=m.render(m.props,m.state,m.context),m.state=m.__s;while(m.__d&&++q<25);m.state=m.__s,m.getChildContext!=null&&(r=wn(wn({},r),m.getChildContext())),F&&!_&&m.getSnapshotBeforeUpdate!=null&&(M=m.getSnapshotBeforeUpdate(S,C)),O=b!=null&&b.type===We&&b.key==null?Au(b.props.children):b,a=Tu(e,Rl(O)?O:[O],t,n,r,o,l,i,a,f,p),m.base=t.__e,t.__u&=-161,m.__h.length&&i.push(m),A&&(m.__E=m.__=null)}catch(T){if(i.length=g,t.__v=null,f||l!=null){if(T.then){for(t.__u|=f?160:128;a&&a.nodeType==8&&a.nextSibling;)a=a.nextSibling;l!=null&&(l[l.indexOf(a)]=null),t.__e=a}else if(l!=null)for(Y=l.length;Y--;)ps(l[Y])}else t.__e=n.__e;t.__k==null&&(t.__k=n.__k||[]),T.then||Cu(t),se.__e(T,t,n)}}else l==null&&t.__v==n.__v?(t.__k=n.__k,t.__e=n.__e):a=t.__e=wm(n.__e,t,n,r,o,l,i,f,p);return(b=se.diffed)&&b(t),128&t.__u?void 0:a}function Cu(e){e&&(e.__c&&(e.__c.__e=!0),e.__k&&e.__k.some(Cu))}function Mu(e,t,n){for(var r=0;r<n.length;r++)hs(n[r],n[++r],n[++r]);se.__c&&se.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(l){l.call(o)})}catch(l){se.__e(l,o.__v)}})}function Au(e){return typeof e!="object"||e==null||e.__b>0?e:Rl(e)?e.map(Au):e.constructor!==void 0?null:wn({},e)}function wm(e,t,n,r,o,l,i,a,f){var p,b,g,m,_,S,C,M=n.props||Sl,A=t.props,x=t.type;if(x=="svg"?o="http://www.w3.org/2000/svg":x=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),l!=null){for(p=0;p<l.length;p++)if((_=l[p])&&"setAttribute"in _==!!x&&(x?_.localName==x:_.nodeType==3)){e=_,l[p]=null;break}}if(e==null){if(x==null)return document.createTextNode(A);e=document.createElementNS(o,x,A.is&&A),a&&(se.__m&&se.__m(t,l),a=!1),l=null}if(x==null)M===A||a&&e.data==A||(e.data=A);else{if(l=x=="textarea"&&A.defaultValue!=null?null:l&&Tl.call(e.childNodes),!a&&l!=null)for(M={},p=0;p<e.attributes.length;p++)M[(_=e.attributes[p]).name]=_.value;for(p in M)_=M[p],p=="dangerouslySetInnerHTML"?g=_:p=="children"||p in A||p=="value"&&"defaultValue"in A||p=="checked"&&"defaultChecked"in A||_l(e,p,null,_,o);for(p in A)_=A[p],p=="children"?m=_:p=="dangerouslySetInnerHTML"?b=_:p=="value"?S=_:p=="checked"?C=_:a&&typeof _!="function"||M[p]===_||_l(e,p,_,M[p],o);if(b)a||g&&(b.__html==g.__html||b.__html==e.innerHTML)||(e.innerHTML=b.__html),t.__k=[];else if(g&&(e.innerHTML=""),Tu(t.type=="template"?e.content:e,Rl(m)?m:[m],t,n,r,x=="foreignObject"?"http://www.w3.org/1999/xhtml":o,l,i,l?l[0]:n.__k&&mr(n,0),a,f),l!=null)for(p=l.length;p--;)ps(l[p]);a&&x!="textarea"||(p="value",x=="progress"&&S==null?e.removeAttribute("value"):S!=null&&(S!==e[p]||x=="progress"&&!S||x=="option"&&S!=M[p])&&_l(e,p,S,M[p],o),p="checked",C!=null&&C!=e[p]&&_l(e,p,C,M[p],o))}return e}function hs(e,t,n){try{if(typeof e=="function"){var r=typeof e.__u=="function";r&&e.__u(),r&&t==null||(e.__u=e(t))}else e.current=t}catch(o){se.__e(o,n)}}function Pu(e,t,n){var r,o;if(se.unmount&&se.unmount(e),(r=e.ref)&&(r.current&&r.current!=e.__e||hs(r,null,t)),(r=e.__c)!=null){if(r.componentWillUnmount)try{r.componentWillUnmount()}catch(l){se.__e(l,t)}r.base=r.__P=r.__n=null}if(r=e.__k)for(o=0;o<r.length;o++)r[o]&&Pu(r[o],t,n||typeof e.type!="function");n||ps(e.__e),e.__c=e.__=e.__e=void 0}function Sm(e,t,n){return this.constructor(e,n)}function Lu(e,t,n){var r,o,l,i;t==document&&(t=document.documentElement),se.__&&se.__(e,t),o=(r=typeof n=="function")?null:n&&n.__k||t.__k,l=[],i=[],ms(t,e=(!r&&n||t).__k=ds(We,null,[e]),o||Sl,Sl,t.namespaceURI,!r&&n?[n]:o?null:t.firstChild?Tl.call(t.childNodes):null,l,!r&&n?n:o?o.__e:t.firstChild,r,i),Mu(l,e,i),e.props.children=null}Tl=kl.slice,se={__e:function(e,t,n,r){for(var o,l,i;t=t.__;)if((o=t.__c)&&!o.__)try{if((l=o.constructor)&&l.getDerivedStateFromError!=null&&(o.setState(l.getDerivedStateFromError(e)),i=o.__d),o.componentDidCatch!=null&&(o.componentDidCatch(e,r||{}),i=o.__d),i)return o.__E=o}catch(a){e=a}throw e}},xu=0,cs=function(e){return e!=null&&e.constructor===void 0},Jr.prototype.setState=function(e,t){var n;n=this.__s!=null&&this.__s!=this.state?this.__s:this.__s=wn({},this.state),typeof e=="function"&&(e=e(wn({},n),this.props)),e&&wn(n,e),e!=null&&this.__v&&(t&&this._sb.push(t),vu(this))},Jr.prototype.forceUpdate=function(e){this.__v&&(this.__e=!0,e&&this.__h.push(e),vu(this))},Jr.prototype.render=We,$n=[],wu=typeof Promise=="function"?Promise.prototype.then.bind(Promise.resolve()):setTimeout,Su=function(e,t){return e.__v.__b-t.__v.__b},El.__r=0,ss=Math.random().toString(8),xl="__d"+ss,Oo="__a"+ss,ku=/(PointerCapture)$|Capture$/i,fs=0,as=_u(!1),us=_u(!0),bm=0;var No,ze,gs,Fu,Ml=0,$u=[],Ge=se,Du=Ge.__b,Ou=Ge.__r,Nu=Ge.diffed,Iu=Ge.__c,Uu=Ge.unmount,Hu=Ge.__;function vs(e,t){Ge.__h&&Ge.__h(ze,e,Ml||t),Ml=0;var n=ze.__H||(ze.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function Wu(e){return Ml=1,km(Bu,e)}function km(e,t,n){var r=vs(No++,2);if(r.t=e,!r.__c&&(r.__=[n?n(t):Bu(void 0,t),function(a){var f=r.__N?r.__N[0]:r.__[0],p=r.t(f,a);f!==p&&(r.__N=[p,r.__[1]],r.__c.setState({}))}],r.__c=ze,!ze.__f)){var o=function(a,f,p){if(!r.__c.__H)return!0;var b=!1,g=r.__c.props!==a;if(r.__c.__H.__.some(function(_){if(_.__N){b=!0;var S=_.__[0];_.__=_.__N,_.__N=void 0,S!==_.__[0]&&(g=!0)}}),l){var m=l.call(this,a,f,p);return b?m||g:m}return!b||g};ze.__f=!0;var l=ze.shouldComponentUpdate,i=ze.componentWillUpdate;ze.componentWillUpdate=function(a,f,p){if(this.__e){var b=l;l=void 0,o(a,f,p),l=b}i&&i.call(this,a,f,p)},ze.shouldComponentUpdate=o}return r.__N||r.__}function rt(e,t){var n=vs(No++,3);!Ge.__s&&Gu(n.__H,t)&&(n.__=e,n.u=t,ze.__H.__h.push(n))}function ut(e){return Ml=5,Io(function(){return{current:e}},[])}function Io(e,t){var n=vs(No++,7);return Gu(n.__H,t)&&(n.__=e(),n.__H=t,n.__h=e),n.__}function Em(){for(var e;e=$u.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Cl),t.__h.some(bs),t.__h=[]}catch(n){t.__h=[],Ge.__e(n,e.__v)}}}Ge.__b=function(e){ze=null,Du&&Du(e)},Ge.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Hu&&Hu(e,t)},Ge.__r=function(e){Ou&&Ou(e),No=0;var t=(ze=e.__c).__H;t&&(gs===ze?(t.__h=[],ze.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})):(t.__h.some(Cl),t.__h.some(bs),t.__h=[],No=0)),gs=ze},Ge.diffed=function(e){Nu&&Nu(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&($u.push(t)!==1&&Fu===Ge.requestAnimationFrame||((Fu=Ge.requestAnimationFrame)||Tm)(Em)),t.__H.__.some(function(n){n.u&&(n.__H=n.u,n.u=void 0)})),gs=ze=null},Ge.__c=function(e,t){t.some(function(n){try{n.__h.some(Cl),n.__h=n.__h.filter(function(r){return!r.__||bs(r)})}catch(r){t.some(function(o){o.__h&&(o.__h=[])}),t=[],Ge.__e(r,n.__v)}}),Iu&&Iu(e,t)},Ge.unmount=function(e){Uu&&Uu(e);var t,n=e.__c;n&&n.__H&&(n.__H.__.some(function(r){try{Cl(r)}catch(o){t=o}}),n.__H=void 0,t&&Ge.__e(t,n.__v))};var zu=typeof requestAnimationFrame=="function";function Tm(e){var t,n=function(){clearTimeout(r),zu&&cancelAnimationFrame(t),setTimeout(e)},r=setTimeout(n,35);zu&&(t=requestAnimationFrame(n))}function Cl(e){var t=ze,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),ze=t}function bs(e){var t=ze;e.__c=e.__(),ze=t}function Gu(e,t){return!e||e.length!==t.length||t.some(function(n,r){return n!==e[r]})}function Bu(e,t){return typeof t=="function"?t(e):t}var Rm=Symbol.for("preact-signals");function Fl(){if(Sn>1)Sn--;else{var e,t=!1;for((function(){var o=Pl;for(Pl=void 0;o!==void 0;){var l=o.S;if(l.v===o.v)for(var i=l.t;i!==void 0;i=i.x)i.i===o.i&&(i.i=l.i);o=o.o}})();Ho!==void 0;){var n=Ho;for(Ho=void 0,Al++;n!==void 0;){var r=n.u;if(n.u=void 0,n.f&=-3,!(8&n.f)&&Xu(n))try{n.c()}catch(o){t||(e=o,t=!0)}n=r}}if(Al=0,Sn--,t)throw e}}function fn(e){if(Sn>0)return e();ys=++Cm,Sn++;try{return e()}finally{Fl()}}var Uo,Pe=void 0;function pn(e){var t=Pe,n=Uo;Pe=void 0,Uo=void 0;try{return e()}finally{Pe=t,Uo=n}}var Ho=void 0,Sn=0,Al=0,Cm=0,ys=0,Pl=void 0,Ll=0;function Vu(e){if(Pe!==void 0){var t=e.n;if(t===void 0||t.t!==Pe)return t={i:0,S:e,p:Pe.s,n:void 0,t:Pe,e:void 0,x:void 0,r:t},Pe.s!==void 0&&(Pe.s.n=t),Pe.s=t,e.n=t,32&Pe.f&&e.S(t),t;if(t.i===-1)return t.i=0,t.n!==void 0&&(t.n.p=t.p,t.p!==void 0&&(t.p.n=t.n),t.p=Pe.s,t.n=void 0,Pe.s.n=t,Pe.s=t),t}}function je(e,t){this.v=e,this.i=0,this.n=void 0,this.t=void 0,this.l=0,this.W=t?.watched,this.Z=t?.unwatched,this.name=t?.name}je.prototype.brand=Rm;je.prototype.h=function(){return!0};je.prototype.S=function(e){var t=this,n=this.t;n!==e&&e.e===void 0&&(e.x=n,this.t=e,n!==void 0?n.e=e:pn(function(){var r;(r=t.W)==null||r.call(t)}))};je.prototype.U=function(e){var t=this;if(this.t!==void 0){var n=e.e,r=e.x;n!==void 0&&(n.x=r,e.e=void 0),r!==void 0&&(r.e=n,e.x=void 0),e===this.t&&(this.t=r,r===void 0&&pn(function(){var o;(o=t.Z)==null||o.call(t)}))}};je.prototype.subscribe=function(e){var t=this;return xe(function(){var n=t.value;pn(function(){return e(n)})},{name:"sub"})};je.prototype.valueOf=function(){return this.value};je.prototype.toString=function(){return this.value+""};je.prototype.toJSON=function(){return this.value};je.prototype.peek=function(){var e=this;return pn(function(){return e.value})};Object.defineProperty(je.prototype,"value",{get:function(){var e=Vu(this);return e!==void 0&&(e.i=this.i),this.v},set:function(e){if(e!==this.v){if(Al>100)throw new Error("Cycle detected");(function(n){Sn!==0&&Al===0&&n.l!==ys&&(n.l=ys,Pl={S:n,v:n.v,i:n.i,o:Pl})})(this),this.v=e,this.i++,Ll++,Sn++;try{for(var t=this.t;t!==void 0;t=t.x)t.t.N()}finally{Fl()}}}});function j(e,t){return new je(e,t)}function Xu(e){for(var t=e.s;t!==void 0;t=t.n)if(t.S.i!==t.i||!t.S.h()||t.S.i!==t.i)return!0;return!1}function ju(e){for(var t=e.s;t!==void 0;t=t.n){var n=t.S.n;if(n!==void 0&&(t.r=n),t.S.n=t,t.i=-1,t.n===void 0){e.s=t;break}}}function Ju(e){for(var t=e.s,n=void 0;t!==void 0;){var r=t.p;t.i===-1?(t.S.U(t),r!==void 0&&(r.n=t.n),t.n!==void 0&&(t.n.p=r)):n=t,t.S.n=t.r,t.r!==void 0&&(t.r=void 0),t=r}e.s=n}function hr(e,t){je.call(this,void 0,t),this.x=e,this.s=void 0,this.g=Ll-1,this.f=4}hr.prototype=new je;hr.prototype.h=function(){if(this.f&=-3,1&this.f)return!1;if((36&this.f)==32||(this.f&=-5,this.g===Ll))return!0;if(this.g=Ll,this.f|=1,this.i>0&&!Xu(this))return this.f&=-2,!0;var e=Pe;try{ju(this),Pe=this;var t=this.x();(16&this.f||this.v!==t||this.i===0)&&(this.v=t,this.f&=-17,this.i++)}catch(n){this.v=n,this.f|=16,this.i++}return Pe=e,Ju(this),this.f&=-2,!0};hr.prototype.S=function(e){if(this.t===void 0){this.f|=36;for(var t=this.s;t!==void 0;t=t.n)t.S.S(t)}je.prototype.S.call(this,e)};hr.prototype.U=function(e){if(this.t!==void 0&&(je.prototype.U.call(this,e),this.t===void 0)){this.f&=-33;for(var t=this.s;t!==void 0;t=t.n)t.S.U(t)}};hr.prototype.N=function(){if(!(2&this.f)){this.f|=6;for(var e=this.t;e!==void 0;e=e.x)e.t.N()}};Object.defineProperty(hr.prototype,"value",{get:function(){if(1&this.f)throw new Error("Cycle detected");var e=Vu(this);if(this.h(),e!==void 0&&(e.i=this.i),16&this.f)throw this.v;return this.v}});function me(e,t){return new hr(e,t)}function Yu(e){var t=e.j;if(e.j=void 0,typeof t=="function"){Sn++;var n=Pe;Pe=void 0;try{t()}catch(r){throw e.f&=-2,e.f|=8,_s(e),r}finally{Pe=n,Fl()}}}function _s(e){for(var t=e.s;t!==void 0;t=t.n)t.S.U(t);e.x=void 0,e.s=void 0,Yu(e)}function Mm(e){if(Pe!==this)throw new Error("Out-of-order effect");Ju(this),Pe=e,this.f&=-2;try{8&this.f&&_s(this)}finally{Fl()}}function Yr(e,t){this.x=e,this.j=void 0,this.s=void 0,this.u=void 0,this.f=32,this.name=t?.name,Uo&&Uo.push(this)}Yr.prototype.c=function(){var e=this.S();try{if(8&this.f||this.x===void 0)return;var t=this.x();typeof t=="function"&&(this.j=t)}finally{e()}};Yr.prototype.S=function(){if(1&this.f)throw new Error("Cycle detected");this.f|=1,this.f&=-9,Yu(this),ju(this),Sn++;var e=Pe;return Pe=this,Mm.bind(this,e)};Yr.prototype.N=function(){2&this.f||(this.f|=2,this.u=Ho,Ho=this)};Yr.prototype.d=function(){this.f|=8,1&this.f||_s(this)};Yr.prototype.dispose=function(){this.d()};function xe(e,t){var n=new Yr(e,t);try{n.c()}catch(o){throw n.d(),o}var r=n.d.bind(n);return r[Symbol.dispose]=r,r}var xs,Kr,Dl,Am=typeof window<"u"&&!!window.__PREACT_SIGNALS_DEVTOOLS__,Ku=[],qu=[];xe(function(){xs=this.N})();function qr(e,t){se[e]=t.bind(null,se[e]||function(){})}function zo(e){if(Dl){var t=Dl;Dl=void 0,t()}Dl=e&&e.S()}function Zu(e){var t=this,n=e.data,r=vt(n);r.name="ReactiveDom",r.value=n;var o=Io(function(){for(var a=t,f=t.__v;f=f.__;)if(f.__c){f.__c.__$f|=4;break}var p=me(function(){var _=r.value.value;return _===0?0:_===!0?"":_||""}),b=me(function(){return!Array.isArray(p.value)&&!cs(p.value)}),g=xe(function(){if(this.N=Qu,b.value){var _=p.value;a.__v&&a.__v.__e&&a.__v.__e.nodeType===3&&(a.__v.__e.data=_)}}),m=t.__$u.d;return t.__$u.d=function(){g(),m.call(this)},[b,p]},[]),l=o[0],i=o[1];return l.value?i.peek():i.value}Zu.displayName="ReactiveTextNode";Object.defineProperties(je.prototype,{constructor:{configurable:!0,value:ds(We,null).constructor},type:{configurable:!0,value:Zu},props:{configurable:!0,get:function(){var e=this;return{data:{get value(){return e.value}}}}},__b:{configurable:!0,value:1}});qr("__b",function(e,t){if(zo(),Kr=void 0,typeof t.type=="string"){var n,r=t.props;for(var o in r)if(o!=="children"){var l=r[o];l instanceof je&&(n||(t.__np=n={}),n[o]=l,r[o]=l.peek())}}e(t)});qr("__r",function(e,t){if(e(t),t.type!==We){zo();var n,r=t.__c;r&&(r.__$f&=-2,(n=r.__$u)===void 0&&(r.__$u=n=(function(o,l){var i;return xe(function(){i=this},{name:l}),i.c=o,i})((function(o){return function(){var l;Am&&((l=this.y)==null||l.call(this)),o.__$f|=1,o.setState({})}})(r),typeof t.type=="function"?t.type.displayName||t.type.name:""))),Kr=r,zo(n)}});qr("__e",function(e,t,n,r){zo(),Kr=void 0,e(t,n,r)});qr("diffed",function(e,t){zo(),Kr=void 0;var n;if(typeof t.type=="string"&&(n=t.__e)){var r=t.__np,o=t.props,l=n.U;if(l)for(var i in l){var a=l[i];a===void 0||r&&i in r||(a.d(),l[i]=void 0)}if(r){l||(l={},n.U=l);for(var f in r){var p=l[f],b=r[f];p===void 0?(p=Pm(n,f,b,o),l[f]=p):p.o(b,o)}}}e(t)});function Pm(e,t,n,r){var o=t in e&&e.ownerSVGElement===void 0,l=j(n);return{o:function(i,a){l.value=i,r=a},d:xe(function(){this.N=Qu;var i=l.value.value;r[t]!==i&&(r[t]=i,o?e[t]=i:i!=null&&(i!==!1||t[4]==="-")?e.setAttribute(t,i):e.removeAttribute(t))})}}qr("unmount",function(e,t){if(typeof t.type=="string"){var n=t.__e;if(n){var r=n.U;if(r){n.U=void 0;for(var o in r){var l=r[o];l&&l.d()}}}var i=t.__np;if(i){var a=t.props;for(var f in i)a[f]=i[f]}t.__np=void 0}else{var p=t.__c;if(p){p.__$f|=8;var b=p.__$u;b&&(p.__$u=void 0,b.d())}}e(t)});qr("__h",function(e,t,n,r){r<3&&(t.__$f|=2),e(t,n,r)});Jr.prototype.shouldComponentUpdate=function(e,t){if(this.__R)return!0;var n=this.__$u,r=n&&n.s!==void 0;for(var o in t)return!0;if(this.__f||typeof this.u=="boolean"&&this.u===!0){var l=2&this.__$f;if(!(r||l||4&this.__$f)||1&this.__$f)return!0}else if(!(r||4&this.__$f)||3&this.__$f)return!0;for(var i in e)if(i!=="__source"&&e[i]!==this.props[i])return!0;for(var a in this.props)if(!(a in e))return!0;return!1};function vt(e,t){return Io(function(){return j(e,t)},[])}function Tt(e,t){var n=ut(e);return n.current=e,Kr.__$f|=4,Io(function(){return me(function(){return n.current()},t)},[])}var Lm=typeof requestAnimationFrame>"u"?setTimeout:function(e){var t=function(){clearTimeout(n),cancelAnimationFrame(r),e()},n=setTimeout(t,35),r=requestAnimationFrame(t)},Fm=function(e){queueMicrotask(function(){queueMicrotask(e)})};function Dm(){fn(function(){for(var e;e=Ku.shift();)xs.call(e)})}function Om(){Ku.push(this)===1&&(se.requestAnimationFrame||Lm)(Dm)}function Nm(){fn(function(){for(var e;e=qu.shift();)xs.call(e)})}function Qu(){qu.push(this)===1&&(se.requestAnimationFrame||Fm)(Nm)}function Zr(e,t){var n=ut(e);n.current=e;var r=Kr;rt(function(){return xe(function(){if(this.N=Om,!(r&&8&r.__$f))return n.current()},t)},[])}var ec='.uplot, .uplot *, .uplot *::before, .uplot *::after {box-sizing: border-box;}.uplot {font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji";line-height: 1.5;width: min-content;}.u-title {text-align: center;font-size: 18px;font-weight: bold;}.u-wrap {position: relative;user-select: none;}.u-over, .u-under {position: absolute;}.u-under {overflow: hidden;}.uplot canvas {display: block;position: relative;width: 100%;height: 100%;}.u-axis {position: absolute;}.u-legend {font-size: 14px;margin: auto;text-align: center;}.u-inline {display: block;}.u-inline * {display: inline-block;}.u-inline tr {margin-right: 16px;}.u-legend th {font-weight: 600;}.u-legend th > * {vertical-align: middle;display: inline-block;}.u-legend .u-marker {width: 1em;height: 1em;margin-right: 4px;background-clip: padding-box !important;}.u-inline.u-live th::after {content: ":";vertical-align: middle;}.u-inline:not(.u-live) .u-value {display: none;}.u-series > * {padding: 4px;}.u-series th {cursor: pointer;}.u-legend .u-off > * {opacity: 0.3;}.u-select {background: rgba(0,0,0,0.07);position: absolute;pointer-events: none;}.u-cursor-x, .u-cursor-y {position: absolute;left: 0;top: 0;pointer-events: none;will-change: transform;}.u-hz .u-cursor-x, .u-vt .u-cursor-y {height: 100%;border-right: 1px dashed #607D8B;}.u-hz .u-cursor-y, .u-vt .u-cursor-x {width: 100%;border-bottom: 1px dashed #607D8B;}.u-cursor-pt {position: absolute;top: 0;left: 0;border-radius: 50%;border: 0 solid;pointer-events: none;will-change: transform;/*this has to be !important since we set inline "background" shorthand */background-clip: padding-box !important;}.u-axis.u-off, .u-select.u-off, .u-cursor-x.u-off, .u-cursor-y.u-off, .u-cursor-pt.u-off {display: none;}';var kn=class extends Error{name="WireError"};function gr(e,t,n){let r=t===null?"null":Array.isArray(t)?"a list":t===void 0?"nothing":typeof t;throw new kn(`${n}: expected ${e}, got ${r}`)}var ee=(e,t)=>typeof e=="number"?e:gr("a number",e,t),oe=(e,t)=>typeof e=="string"?e:gr("a text",e,t),$o=(e,t)=>typeof e=="boolean"?e:gr("true or false",e,t);function dn(e){return(t,n)=>t===null?null:e(t,n)}function ae(e){return(t,n)=>t==null?null:e(t,n)}function Ue(e){return(t,n)=>(Array.isArray(t)||gr("a list",t,n),t.map((r,o)=>e(r,`${n}[${o}]`)))}function tc(e){return typeof e=="object"&&e!==null&&!Array.isArray(e)}function Ol(e){return(t,n)=>(tc(t)||gr("an object",t,n),Object.fromEntries(Object.entries(t).map(([r,o])=>[r,e(o,`${n}.${r}`)])))}function Wn(...e){return(t,n)=>e.find(r=>r===t)??gr(e.join(" or "),t,n)}function He(e){return(t,n)=>{tc(t)||gr("an object",t,n);let r=Object.entries(e).map(([o,l])=>[o,l(t[o],`${n}.${o}`)]);return Object.fromEntries(r)}}var nc=16,Um=1;function rc(e,t,n){if(e.byteLength<n)throw new kn(`${t}: expected at least ${n} bytes, got ${e.byteLength}`);let r=new DataView(e),o=String.fromCharCode(...new Uint8Array(e,0,4));if(o!==t)throw new kn(`expected the mark ${t}, got ${JSON.stringify(o)}`);return r}var ws=e=>e+3&-4;function oc(e){let t=rc(e,"TTF1",nc),n=t.getUint32(4,!0),r=t.getUint16(8,!0),o=t.getUint8(10),l=(t.getUint8(11)&Um)!==0;if(o!==1&&o!==2)throw new kn(`frame: expected 1 or 2 bytes per class, got ${o}`);let i=[4*n,l?o*n:0,l?n:0,o*r*r,r*r],a=[],f=nc;for(let C of i)a.push(ws(f)),f=ws(f)+C;if(e.byteLength!==f&&e.byteLength!==ws(f))throw new kn(`frame: expected ${f} bytes for ${n} samples and a grid of ${r}, got ${e.byteLength}`);let[p=0,b=0,g=0,m=0,_=0]=a,S=(C,M)=>o===1?new Uint8Array(e,C,M):new Uint16Array(e,C,M);return{nSamples:n,xy:new Uint16Array(e,p,2*n),prediction:l?S(b,n):null,confidence:l?new Uint8Array(e,g,n):null,territory:r===0?null:{resolution:r,classes:S(m,r*r),margin:new Uint8Array(e,_,r*r)}}}function lc(e){return e.xy.buffer.byteLength}function ic(e){let t=rc(e,"TTS1",8).getUint32(4,!0);if(e.byteLength!==8+9*t)throw new kn(`samples: expected ${8+9*t} bytes for ${t} samples, got ${e.byteLength}`);return{n:t,label:new Int32Array(e,8,t),id:new Int32Array(e,8+4*t,t),split:new Uint8Array(e,8+8*t,t)}}var Nl=Ol(dn(ee)),Hm=He({tag:oe,n_samples:ee,n_features:ee,n_classes:ee,n_steps:ee,first_step:ae(ee),last_step:ae(ee),state:Wn("logged","fitting","fitted","failed","interrupted")}),sc=He({runs:Ue(He({run:oe,tags:Ue(Hm)})),unreadable:Ue(He({run:oe,tag:ae(oe),error:oe})),can_fit:$o,cannot_fit:dn(oe)}),Wo=He({state:Wn("none","starting","running","finished","failed","cancelled","interrupted"),stage:ae(oe),fraction:ae(ee),eta_s:ae(ee),device:ae(oe),origin:ae(Wn("tab","shell")),stages:ae(Ue(He({stage:oe,fraction:ee}))),film:ae(oe),preview:ae(oe),error:ae(oe),last_words:ae(Ue(oe)),started_at:ae(ee),updated_at:ae(ee)}),zm=He({film:oe,method:oe,stale:$o,n_steps:ee,created_at:ae(ee)}),$m=He({kind:Wn("image","text","none"),page_size:ae(ee),n_pages:ae(ee),thumbnail_width:ae(ee),thumbnail_height:ae(ee)}),ac=He({run:oe,tag:oe,n_samples:ee,n_features:ee,n_classes:ee,class_names:Ue(oe),splits:Ue(oe),samples:oe,media:$m,steps:Ue(ee),fingerprint:oe,films:Ue(zm),film:dn(oe),estimate_s:ae(ee),command:oe,fit:Wo}),Wm=He({metric:oe,label:oe,description:oe,range:dn(Ue(dn(ee))),better:Wn("higher","lower"),scope:Wn("step","run","both"),n_neighbors:ae(ee),chance:ae(Nl)}),Gm=He({step:ee,frame:oe,bytes:ae(ee),flips:ae(ee),accuracy:ae(Nl),fidelity:ae(Ol(Nl))}),uc=He({film:oe,method:oe,fingerprint:oe,seed:ae(ee),device:ae(oe),created_at:ae(ee),extent:Ue(ee),grid_resolution:ae(ee),territory:He({source:Wn("head","surrogate","labels","none"),agreement:ae(ee)}),metrics:Ue(Wm),fidelity:ae(Ol(Nl)),steps:Ue(Gm)}),cc=He({steps:Ue(ee),prediction:Ue(dn(ee)),confidence:Ue(dn(ee))}),Bm=He({run:oe,tag:oe,name:oe,preselected:$o}),fc=He({scalars:Ue(Bm)}),pc=He({steps:Ue(ee),values:Ue(dn(ee)),wall_times:Ue(dn(ee))}),dc=He({texts:Ue(oe)}),mc=He({started:$o,fit:Wo}),hc=He({fit:Wo}),gc=He({error:oe});var Ss=class extends Error{constructor(n,r){super(n);this.status=r}status;name="ServerRefusal"},ks=class extends Error{name="Unreachable"};function Il(e,t={}){let r=new URLSearchParams(Object.entries(t).map(([o,l])=>[o,String(l)])).toString();return new URL(r===""?e:`${e}?${r}`,document.baseURI).href}async function Es(e,t){let n;try{n=await fetch(e,t)}catch(r){throw t.signal?.aborted===!0?r:new ks("TensorBoard does not answer.")}if(n.ok)return n;throw new Ss(await Xm(n),n.status)}async function Xm(e){try{return gc(await e.json(),"error").error}catch{return`The server answered ${e.status} ${e.statusText}.`}}async function Gn(e,t,n,r){let o=await Es(Il(t,n),r===void 0?{}:{signal:r});return e(await o.json(),t)}async function bc(e,t,n){return(await Es(Il(e,t),n===void 0?{}:{signal:n})).arrayBuffer()}async function vc(e,t,n){let r=await Es(Il(t),{method:"POST",headers:{"Content-Type":"application/json","X-Time-Travel":"1"},body:JSON.stringify(n)});return e(await r.json(),t)}var yc=e=>Gn(sc,"runs",{},e),_c=({run:e,tag:t},n)=>Gn(ac,"run",{run:e,tag:t},n),xc=({run:e,tag:t},n)=>Gn(Wo,"fit",{run:e,tag:t},n),wc=async({run:e,tag:t})=>(await vc(mc,"fit",{run:e,tag:t})).fit,Sc=async({run:e,tag:t})=>(await vc(hc,"fit/cancel",{run:e,tag:t})).fit,kc=({run:e,tag:t},n,r)=>Gn(uc,"film",{run:e,tag:t,film:n},r),Ec=async({run:e,tag:t},n,{step:r,frame:o},l)=>oc(await bc("frame",{run:e,tag:t,film:n,step:r,v:o},l)),Tc=async({run:e,tag:t},n,r)=>ic(await bc("samples",{run:e,tag:t,v:n},r)),Rc=({run:e,tag:t},n,r)=>Il("thumbnails",{run:e,tag:t,page:r,v:n}),Cc=async({run:e,tag:t},n,r,o)=>(await Gn(dc,"texts",{run:e,tag:t,page:r,v:n},o)).texts,Mc=({run:e,tag:t},n,r,o)=>Gn(cc,"history",{run:e,tag:t,film:n,sample:r},o),Ac=async(e,t)=>(await Gn(fc,"scalar_tags",{run:e},t)).scalars,Pc=(e,t,n)=>Gn(pc,"scalars",{run:e,tag:t},n);var Ut=e=>e.toLocaleString("en-US"),br=(e,t)=>`${Ut(e)} ${t}${e===1?"":t.endsWith("s")?"es":"s"}`,mn=e=>`${Math.round(e*100)} %`;function Qr(e){if(e==null||!Number.isFinite(e))return"\u2013";let t=Math.abs(e);return t!==0&&(t<.001||t>=1e5)?e.toExponential(1):t>=100?e.toFixed(0):t>=10?e.toFixed(1):t>=1?e.toFixed(2):e.toFixed(3)}function eo(e){if(e<60)return`${Math.max(1,Math.round(e))} s`;let t=Math.round(e/60);if(t<60)return`${t} min`;let n=t%60;return n===0?`${Math.floor(t/60)} h`:`${Math.floor(t/60)} h ${n} min`}var Bn=({run:e,tag:t})=>`${e}
${t}`,jm=e=>e.toLowerCase().split(/[^a-z0-9]+/);function Jm({name:e}){let t=jm(e);return t.includes("loss")?"loss":t.includes("accuracy")||t.includes("acc")?"accuracy":e}function Lc(e){let t=new Map([["loss",[]],["accuracy",[]]]);for(let n of e){let r=Jm(n);t.set(r,[...t.get(r)??[],n])}return[...t].filter(([,n])=>n.length>0).map(([n,r])=>({title:n,tags:r}))}function Fc(e,t){let n=t.tags.some(l=>l.name===e.name&&l.run!==e.run),r=e.name.split("/").filter(l=>l.toLowerCase()!==t.title).join("/"),o=r===""?e.name:r;return n?`${o} (${e.run})`:o}function Ym(e,t){let n=0,r=e.length;for(;n<r;){let o=n+r>>1;(e[o]??0)<=t?n=o+1:r=o}return n-1}var Km=({xs:e,ys:t},n)=>t[Ym(e,n)]??null;function Dc({steps:e,values:t}){let n=new Map;e.forEach((o,l)=>n.set(o,t[l]??null));let r=[...n].sort(([o],[l])=>o-l);return{xs:r.map(([o])=>o),ys:r.map(([,o])=>o)}}function Oc(e){let t=[...new Set(e.flatMap(r=>r.xs))].sort((r,o)=>r-o),n=e.map(r=>{let o=new Map(r.xs.map((l,i)=>[l,r.ys[i]]));return t.map(l=>o.get(l))});return{xs:t,columns:n}}var Nc=({curves:e},t)=>e.map(n=>Qr(Km(n,t)));var En={u:.5,v:.5,zoom:1},qm=64,Zm=.5;function Hl(e,{width:t,height:n,aspect:r}){let o=Math.min(n,t/r)*e.zoom,l=o*r;return{scaleX:l,scaleY:-o,offsetX:t/2-e.u*l,offsetY:n/2+e.v*o}}var Ul=e=>Math.min(1.25,Math.max(-.25,e));function Ic(e,t,n,r,o){let l=Hl(e,t),i=(r-l.offsetX)/l.scaleX,a=(o-l.offsetY)/l.scaleY,f=Math.min(qm,Math.max(Zm,e.zoom*n)),p=e.zoom/f;return{u:Ul(i+(e.u-i)*p),v:Ul(a+(e.v-a)*p),zoom:f}}function Uc(e,t,n,r){let{scaleX:o,scaleY:l}=Hl(e,t);return{...e,u:Ul(e.u-n/o),v:Ul(e.v-r/l)}}var Vn=(e,t)=>Math.min(Math.max(e,0),Math.max(0,t-1));function zl(e,t){let n=Vn(e,t),r=Math.floor(n),o=n-r;return{a:r,b:o>0?r+1:r,fraction:o,nearest:Math.round(n)}}function Bo(e,t){let{a:n,b:r,fraction:o}=zl(e,t.length),l=Math.round(o*100);return n===r||l===0?`step ${t[n]??"\u2013"}`:l===100?`step ${t[r]??"\u2013"}`:`step ${t[n]??"\u2013"} \u2192 ${t[r]??"\u2013"} (${l} %)`}function Hc(e,t){let{a:n,b:r,fraction:o}=zl(e,t.length),l=t[n]??0;return l+((t[r]??l)-l)*o}function to(e,t){let n=0,r=t.length-1;if(r<=0||e<=(t[0]??0))return 0;if(e>=(t[r]??0))return r;for(;r-n>1;){let i=n+r>>1;(t[i]??0)<=e?n=i:r=i}let o=t[n]??0,l=t[r]??o;return l===o?n:n+(e-o)/(l-o)}function zc(e,t,{count:n,loop:r,isLoaded:o}){let l=n-1;if(l<=0)return{cursor:0,waiting:!1,ended:!0};let i=e,a=t;for(;a>0;){if(i>=l){if(!r)return{cursor:l,waiting:!1,ended:!0};if(!o(0))return{cursor:l,waiting:!0,ended:!1};i=0}let f=Math.floor(i)+1;if(!o(f))return{cursor:Math.floor(i),waiting:!0,ended:!1};let p=Math.min(a,f-i);i=p===f-i?f:i+p,a-=p}return{cursor:i,waiting:!1,ended:!r&&i>=l}}function $c(e,t,n){let r=t>0?Math.floor(e):Math.ceil(e);return Vn(r+t,n)}var hn=j(null),ve=j(null),ot=j(null),Yt=j(null),Kt=j(null),Z=j(null),no=j(0),gn=j(null),bn=j(null),he=j(0),Le=j(!1),vr=j(!1),ro=j(!1),Rn=j(4),Cn=j(!1),oo=[.5,1,2,4,8,16],Oe=j("label"),Xn=j(new Set),Vo=j(new Set),lo=j(new Set),Ht=j(.45),jn=j(!0),io=j(1),Rt=j(En),yt=j(null),Ct=j(null),yr=j(!1),Xo=j(!1),qt=j(0),Jn=j("auto"),so=j(null),Yn=j(!1),Zt=j(!1),Qt=me(()=>Z.value?.steps.length??0),Tn=me(()=>zl(he.value,Qt.value)),zt=me(()=>Tn.value.nearest),_t=me(()=>Z.value?.steps[zt.value]??null),Mn=me(()=>(no.value,Z.value?.frames.get(zt.value)??null)),ao=me(()=>{no.value;let e=Z.value?.frames;return e!==void 0&&e.has(Tn.value.a)&&e.has(Tn.value.b)}),_r=me(()=>{if(hn.value===null)return"loading";if(ve.value===null)return"empty";let e=Yt.value?.state;return ot.value===null||e===void 0?"loading":e==="starting"||e==="running"?"fitting":e==="failed"||e==="cancelled"||e==="interrupted"?e:ot.value.films.some(({method:t})=>t!==$l)?"fitted":"logged"}),$l="pca",Wl=me(()=>Z.value?.film.method===$l),Gl=(e,t)=>e<0?"none":t[e]??`class ${e}`;function An(e){he.value=Vn(e,Qt.peek())}function Qm(e,t,n){let[r,o]=n.range??[],l=n.better==="higher"?o:r;return l==null||l===t?null:(e-t)/(l-t)}var eh=.1;function Ts(e,t,n){let r=n.chance?.[t];if(e==null||r==null)return!1;let o=Qm(e,r,n);return o!==null&&o<eh}var Bl=e=>e.metrics.filter(({metric:t,scope:n})=>n!=="run"&&e.steps.some(({fidelity:r})=>Object.values(r?.[t]??{}).some(o=>o!==null))),Gc=e=>e.metrics.filter(({metric:t})=>Object.values(e.fidelity?.[t]??{}).some(n=>n!==null));function Rs(e){let t=new Set,n=[e.fidelity??{},...e.steps.map(({fidelity:r})=>r??{})];for(let r of n)for(let o of Object.values(r))for(let l of Object.keys(o))t.add(l);return[...t]}function Bc(e,t){let n=e.steps.map(({step:l})=>l),r=[n[0]??0,n.at(-1)??0],o=Rs(e).flatMap((l,i)=>{let a=e.steps.map(({fidelity:b})=>b?.[t.metric]?.[l]??null);if(a.every(b=>b===null))return[];let f=t.chance?.[l]??null,p={name:l,xs:n,ys:a,dashed:!1,colour:i};return f===null?[p]:[p,{name:`${l}, chance`,xs:r,ys:[f,f],dashed:!0,colour:i}]});return{title:t.label,curves:o}}function Vc(e,t){let n=e.metrics.find(p=>p.metric==="neighborhood_preservation"),r=Object.entries(t.fidelity?.neighborhood_preservation??{}),[o,l]=r.filter(([,p])=>p!==null).at(-1)??[];if(n===void 0||o===void 0||l==null)return null;let i=n.chance?.[o],a=i==null?"":` (chance: ${Wc(i)})`,f=`${Wc(l)} of the ${n.n_neighbors??""} nearest neighbours of a ${o} sample are its neighbours here too${a}.`;return Ts(l,o,n)?`${f} That is close to chance: do not read distances from this step.`:f}var Wc=e=>{let t=e*100;return`${t<10?t.toFixed(1):t.toFixed(0)} %`};function Xc({source:e,agreement:t}){switch(e){case"head":return"Regions: the model's own head, evaluated exactly.";case"surrogate":return t===null?"Regions: an approximation of the model's head; its agreement was not measured.":`Regions: an approximation of the model's head that agrees with it on ${(t*100).toFixed(1)} % of samples.`;case"labels":return"Regions: drawn from the labels, since no logits were logged. They say nothing about the model's decisions.";case"none":return"No regions: neither logits nor labels were logged."}}var th=new Set(["neighborhood_preservation","prediction_agreement"]),Kn=j([]),Vl=j(new Map),Xl=j(new Map),uo=j(null),jl=e=>Vl.value.get(Bn(e))??e.preselected,Cs=e=>Vl.value.get(e)??th.has(e);function jc(e,t){Vl.value=new Map(Vl.peek()).set(e,t)}var Ms=me(()=>Z.value===null?[]:Bl(Z.value.film)),Jc=me(()=>Lc(Kn.value.filter(jl)).map(e=>({title:e.title,curves:e.tags.flatMap((t,n)=>{let r=Xl.value.get(Bn(t));return r===void 0?[]:[{name:Fc(t,e),...Dc(r),dashed:!1,colour:n}]})}))),Yc=me(()=>{let e=Z.value;return e===null?[]:Ms.value.filter(({metric:t})=>Cs(t)).map(t=>Bc(e.film,t))});function Kc(e,t){t.aborted||(uo.value=e instanceof Error?e.message:String(e))}function nh(){let e=new AbortController,t="",n=xe(()=>{let r=ve.value?.run;qt.value,e.abort(),e=new AbortController;let{signal:o}=e;r!==void 0&&(r!==t&&(Kn.value=[]),t=r,Xl.value=new Map,uo.value=null,Ac(r,o).then(l=>{o.aborted||(Kn.value=l)},l=>Kc(l,o)))});return()=>{n(),e.abort()}}function rh(){let e=new AbortController,{signal:t}=e,n=0,r=new Set,o=xe(()=>{qt.value,ve.value,n++,r.clear()}),l=xe(()=>{let i=Kn.value.filter(f=>jl(f)&&!r.has(Bn(f))),a=n;pn(()=>{for(let f of i)r.add(Bn(f)),Pc(f.run,f.tag,t).then(p=>{a===n&&!t.aborted&&(Xl.value=new Map(Xl.peek()).set(Bn(f),p))},p=>Kc(p,t))})});return()=>{l(),o(),e.abort()}}function qc(){let e=[rh(),nh()];return()=>{for(let t of e)t()}}function oh(){try{return window.parent.document.body,window.parent}catch{return window}}var jo=()=>window.innerHeight===0;function lh(e,t){if(e===window){let l=window.matchMedia("(prefers-color-scheme: dark)"),i=()=>t(l.matches);return i(),l.addEventListener("change",i),()=>l.removeEventListener("change",i)}let n=e.document.body,r=()=>t(n.classList.contains("dark-mode"));r();let o=new MutationObserver(r);return o.observe(n,{attributes:!0,attributeFilter:["class"]}),()=>o.disconnect()}function ih(e){if(typeof e!="string")return null;let t=JSON.parse(e);return typeof t!="object"||t===null||!("type"in t)||typeof t.type!="string"?null:{type:t.type,id:"id"in t?t.id:null}}function sh(e,t){if(e===window)return()=>{};let{port1:n,port2:r}=new MessageChannel;return n.onmessage=({data:o})=>{let l=ih(o);l!==null&&(n.postMessage(JSON.stringify({type:l.type,id:l.id,payload:null,error:null,isReply:!0})),(l.type==="experimental.DataReloaded"||l.type==="experimental.RunsChanged")&&t())},e.postMessage("experimental.bootstrap","*",[r]),()=>n.close()}function Zc({onTheme:e,onHash:t,onReload:n}){let r=oh(),o=()=>t(r.location.hash);r.addEventListener("hashchange",o);let l=[lh(r,e),sh(r,n),()=>r.removeEventListener("hashchange",o)],i=()=>{for(let a of l.splice(0))a()};return window.addEventListener("pagehide",i,{once:!0}),{hash:()=>r.location.hash,replaceHash(a){r.location.hash!==a&&r.history.replaceState(r.history.state,"",a)},destroy:i}}var Jo=["label","prediction","correctness","confidence"],ah=["auto","webgl","cpu"],Kl="p.timetravel.",uh="timetravel",Jl=(e,t)=>String(Number(e.toFixed(t)));function Yl(e){if(e===void 0||e.trim()==="")return null;let t=Number(e);return Number.isFinite(t)?t:null}function ch(e){let[t,n,r]=(e??"").split(",").map(o=>Yl(o));return t==null||n==null||r==null||r<=0||r>64?null:{u:t,v:n,zoom:r}}function fh(e){try{return decodeURIComponent(e)}catch{return e}}function As(e){let t=new Map;for(let r of e.replace(/^#/,"").split("&")){let o=r.indexOf("=");o<0||!r.startsWith(Kl)||t.set(r.slice(Kl.length,o),fh(r.slice(o+1)))}let n=Yl(t.get("territory"));return{run:t.get("run")??null,tag:t.get("tag")??null,film:t.get("film")??null,step:Yl(t.get("step")),colour:Jo.find(r=>r===t.get("colour"))??null,camera:ch(t.get("camera")),hidden:(t.get("hidden")??"").split(",").map(r=>Yl(r)).filter(r=>r!==null&&Number.isInteger(r)&&r>=0),territory:n===null?null:Math.min(1,Math.max(0,n)),renderer:ah.find(r=>r===t.get("renderer"))??"auto"}}function Qc(e,t){let n=e.replace(/^#/,"").split("&").filter(f=>f!==""&&!f.startsWith(Kl)),r=t.camera,l=[["run",t.run],["tag",t.tag],["film",t.film],["step",t.step===null?null:String(t.step)],["colour",t.colour],["camera",r===null?null:`${Jl(r.u,4)},${Jl(r.v,4)},${Jl(r.zoom,2)}`],["hidden",t.hidden.length===0?null:t.hidden.join(",")],["territory",t.territory===null?null:Jl(t.territory,2)],["renderer",t.renderer==="auto"?null:t.renderer]].flatMap(([f,p])=>p===null?[]:[`${Kl}${f}=${encodeURIComponent(p)}`]),[i=uh,...a]=n;return`#${[i,...a,...l].join("&")}`}function ql(){let e=Qt.peek()-1;e<=0||(!Le.peek()&&he.peek()>=e&&(he.value=0),Le.value=!Le.peek())}function qn(e){Le.value=!1,he.value=$c(he.peek(),e,Qt.peek())}function Zl(){Le.value=!1,An(0)}function Ql(){Le.value=!1,An(Qt.peek()-1)}function Ps(e){let t=oo.findIndex(n=>n===Rn.peek());Rn.value=oo[Math.min(oo.length-1,Math.max(0,t+e))]??Rn.peek()}function ei(){Cn.value=!Cn.peek()}function ti(e){Ls(e)&&(Oe.value=e)}function Ls(e){let n=Z.value?.samples?.label.some(o=>o>=0)??!0,r=Mn.value?.prediction!==null;return e==="label"?n:e==="correctness"?n&&r:r}var ef=e=>Jo[e-1];function ni(){Rt.value=En}function ri(){jn.value=!jn.peek()}function tf(){Zt.peek()?Zt.value=!1:(Ct.value=null,yt.value=null,Yn.value=!1)}async function nf(e){let t=ve.peek();if(t!==null)try{bn.value=null,Yt.value=await e(t),qt.value++}catch(n){bn.value=n instanceof Error?n.message:String(n)}}var oi=()=>nf(wc),rf=()=>nf(Sc);function Yo(e,t){let n=new Set(e);return n.delete(t)||n.add(t),n}function of(e,t,n){return!e.has(t)&&e.size===n-1?new Set:new Set(Array.from({length:n},(o,l)=>l).filter(o=>o!==t))}var sf=[["Space","play or pause"],["\u2190 \u2192","previous or next step (with Shift: ten)"],["Home End","first or last step"],[", .","slower or faster"],["L","loop"],["1 2 3 4","colour by label, prediction, correctness, confidence"],["T","territory on or off"],["F","fit the whole picture"],["Esc","clear the selection"],["?","this help"]],ph=e=>e.matches("input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");function dh({key:e,shiftKey:t}){let n=t?10:1,r={" ":ql,ArrowLeft:()=>qn(-n),ArrowRight:()=>qn(n),PageDown:()=>qn(-10),PageUp:()=>qn(10),Home:Zl,End:Ql,",":()=>Ps(-1),".":()=>Ps(1),l:ei,t:ri,f:ni,"?":()=>{Zt.value=!Zt.peek()},Escape:tf},o=ef(Number(e));return o!==void 0?()=>ti(o):r[e]??r[e.toLowerCase()]??null}function lf(e){let t=e.target instanceof Element?e.target:document.body;if(e.ctrlKey||e.metaKey||e.altKey||ph(t)&&e.key!=="Escape"||e.key===" "&&t.matches("button, summary, a, input[type=checkbox], input[type=radio]")||/^(Arrow|Home|End|Page)/.test(e.key)&&t.matches("input:not(.scrub-input)"))return;let n=dh(e);n!==null&&(e.preventDefault(),n())}function af(){return window.addEventListener("keydown",lf),()=>window.removeEventListener("keydown",lf)}var mh=300,cf=Ht.peek(),Pn=As(""),ff=()=>Pn;function Fs(){let{step:e}=Pn;return Pn={...Pn,step:null},e}function Ds(e){let t=As(e);Pn=t,fn(()=>{Kt.value=t.film,Oe.value=t.colour??"label",Rt.value=t.camera??En,Xn.value=new Set(t.hidden),Ht.value=t.territory??cf,Jn.value=t.renderer;let n=ve.peek();if(t.run!==null&&n!==null&&(t.run!==n.run||t.tag!==null&&t.tag!==n.tag))ve.value={run:t.run,tag:t.tag??n.tag};else if(Z.peek()!==null){let r=Fs(),o=Z.peek()?.steps??[];r!==null&&(he.value=Vn(Math.round(to(r,o)),o.length))}})}function hh(){let e=Rt.value,t=e.u===En.u&&e.v===En.v&&e.zoom===En.zoom;return{run:ve.value?.run??Pn.run,tag:ve.value?.tag??Pn.tag,film:Kt.value,step:_t.value??Pn.step,colour:Oe.value==="label"?null:Oe.value,camera:t?null:e,hidden:[...Xn.value].sort((n,r)=>n-r),territory:Ht.value===cf?null:Ht.value,renderer:Jn.value}}function pf(e){let t,n=xe(()=>{let r=hh();t??=setTimeout(()=>{t=void 0,e.replaceHash(Qc(e.hash(),uf))},mh),uf=r});return()=>{n(),clearTimeout(t)}}var uf=Pn;function gh(e,t,n,r){let o=r==="paused"?1:4,l=i=>{let a=i-e;if(a>=0)return a;let f=-a*o;return r==="looping"?Math.min(f,t+a):f};return Array.from({length:t},(i,a)=>a).sort((i,a)=>l(i)-l(a)||i-a).slice(0,n)}function hf(e){let t=[];for(let n of[...e].sort((r,o)=>r-o)){let r=t.at(-1);r!==void 0&&n===r[1]+1?r[1]=n:t.push([n,n])}return t}var df=3,bh=3e3,mf=8,li=class{#e;#t=new Map;#n=new Map;#r=new Map;#o=[];#l=mf;#i=0;#s="paused";#a;#u=!1;constructor(t){this.#e=t}get(t){return this.#t.get(t)}has(t){return this.#t.has(t)}failure(t){return this.#r.get(t)}get failures(){return this.#r}get size(){return this.#t.size}loaded(){return this.#t.keys()}seek(t,n){this.#i=t,this.#s=n,this.#c()}destroy(){this.#u=!0,clearTimeout(this.#a);for(let t of this.#n.values())t.abort();this.#n.clear(),this.#t.clear()}#c(){if(this.#u)return;this.#o=gh(this.#i,this.#e.count,this.#l,this.#s);let t=new Set(this.#o);for(let o of this.#t.keys())t.has(o)||this.#t.delete(o);let n=this.#o.filter(o=>!this.#t.has(o)&&!this.#r.has(o)),r=new Set(n.slice(0,2*df));for(let[o,l]of this.#n)r.has(o)||(l.abort(),this.#n.delete(o));for(let o of n){if(this.#n.size>=df)break;this.#n.has(o)||this.#f(o)}}async#f(t){let n=new AbortController;this.#n.set(t,n);try{let r=await this.#e.load(t,n.signal);if(this.#n.get(t)!==n)return;this.#t.set(t,r);let o=Math.max(1,this.#e.bytesOf(r));this.#l=Math.max(mf,Math.floor(this.#e.maxBytes/o))}catch(r){if(this.#n.get(t)!==n)return;this.#r.set(t,r instanceof Error?r.message:String(r)),this.#p()}this.#n.delete(t),this.#e.onChange(),this.#c()}#p(){clearTimeout(this.#a),this.#a=setTimeout(()=>{this.#r.clear(),this.#e.onChange(),this.#c()},bh)}};var vh=256*2**20,yh=5e3;function _h(e,t,n,r){let o=new li({count:n.steps.length,maxBytes:vh,async load(l,i){let a=n.steps[l];if(a===void 0)throw new RangeError(`the film has no step at ${l}`);let f=await Ec(e,n.film,a,i);if(f.nSamples!==r.n)throw new Error(`step ${a.step} has ${f.nSamples} samples, the film has ${r.n}`);return f},bytesOf:lc,onChange:()=>{no.value++}});return{place:e,film:n,probe:t,samples:r,frames:o,steps:n.steps.map(({step:l})=>l)}}function xh(e,t){let n=Fs()??t;return n===null?e.length-1:Vn(Math.round(to(n,e)),e.length)}function wh(e){fn(()=>{let t=Z.peek(),n=t!==null&&t.place.run===e.place.run&&t.place.tag===e.place.tag,r=t!==null&&he.peek()>=t.steps.length-1,o=n&&!r?_t.peek():null;he.value=xh(e.steps,o),Z.value=e,n||(Le.value=!1,Ct.value=null),yt.value=null,t?.frames.destroy()})}async function Sh(e,t,n){let r={run:e.run,tag:e.tag},o=Z.peek(),l=o!==null&&o.probe.samples===e.samples&&o.place.run===e.run&&o.place.tag===e.tag,[i,a]=await Promise.all([kc(r,t,n),l?o.samples:Tc(r,e.samples,n)]);if(!n.aborted){if(bn.value=null,i.steps.length===0)throw new Error("This film has no steps.");wh(_h(r,e,i,a))}}function kh(e){let t=Z.peek();t!==null&&(e!==null&&t.place.run===e.run&&t.place.tag===e.tag&&e.film!==null||(Z.value=null,t.frames.destroy()))}function Eh(){let e=j(0),t,n=new AbortController,r="",o=xe(()=>{e.value;let l=ve.value,i=ot.value,a=i!==null&&i.run===l?.run&&i.tag===l.tag?i:null,f=a===null?null:Kt.value??a.film,p=a===null||f===null?"":[a.run,a.tag,f,a.samples].join(`
`);if(p===r&&p!==""||(r=p,n.abort(),n=new AbortController,pn(()=>kh(a)),a===null||f===null))return;let{signal:b}=n;Sh(a,f,b).catch(g=>{b.aborted||(r="",t=setTimeout(()=>e.value++,yh),bn.value=`The film does not open: ${g instanceof Error?g.message:String(g)}`)})});return()=>{o(),clearTimeout(t),n.abort()}}function Th(){let e=me(()=>Le.value?Tn.value.a:zt.value);return xe(()=>{let t=Z.value,n=e.value,r=Le.value?Cn.value?"looping":"playing":"paused";t!==null&&pn(()=>t.frames.seek(n,r))})}function gf(){let e=[Eh(),Th()];return()=>{for(let t of e)t()}}var Os=class{#e=[];#t=0;frames=0;spend(t){this.#t+=t}close(){this.#e.push(this.#t),this.#e.length>240&&this.#e.shift(),this.#t=0,this.frames++}median(){let t=[...this.#e].sort((n,r)=>n-r);return t[t.length>>1]??0}},Ln=new Os;var Rh=.1;function bf(){let e=0,t=0,n=0,r=l=>{e=requestAnimationFrame(r);let i=Math.min(Rh,(l-t)/1e3);t=l;let a=Z.peek();if(a===null||jo()||ro.peek())return;(Xo.peek()?Math.floor(n):n)!==he.peek()&&(n=he.peek());let p=zc(n,i*Rn.peek(),{count:a.steps.length,loop:Cn.peek(),isLoaded:g=>a.frames.has(g)});n=p.cursor,vr.value=p.waiting;let b=performance.now();he.value=Xo.peek()?Math.floor(n):n,Ln.spend(performance.now()-b),p.ended&&(Le.value=!1)},o=xe(()=>{if(cancelAnimationFrame(e),!Le.value){vr.value=!1;return}n=he.peek(),t=performance.now(),e=requestAnimationFrame(r)});return()=>{o(),cancelAnimationFrame(e)}}var Ch=()=>({phase:gn.peek()===null?_r.peek():"unreachable",run:ve.peek()?.run??null,tag:ve.peek()?.tag??null,film:Z.peek()?.film.film??null,cursor:he.peek(),step:_t.peek(),playing:Le.peek(),loadedFrames:Z.peek()?.frames.size??0,nFrames:Qt.peek(),renderer:so.peek(),jsMsPerFrame:Ln.median(),drawnFrames:Ln.frames});function vf(){window.__timetravel={get ready(){return _r.peek()==="loading"?!1:Z.peek()===null?(ot.peek()?.film??null)===null:ao.peek()&&Ln.frames>0},state:Ch}}var yf=`/* Colours are TensorBoard's own, measured in its light and dark theme; text on the accent is black, white on it is too faint. */
:root {
  --bg: #fff;
  --panel: #fff;
  --raised: #fff;
  --text: #212121;
  --text-2: #616161;
  --border: #e0e0e0;
  --control: #8a8a8a;
  --grid: #ebebeb;
  --hover: #f3f3f3;
  --accent: #f57c00;
  --accent-text: #000;
  --accent-ink: #b85000;
  --link: #1565c0;
  --alert: #fdecea;
  --alert-text: #8c1d18;
  --note: #fff4e5;
  --shadow: 0 2px 8px rgb(0 0 0 / 22%);
  --gap: 12px;
  color-scheme: light;
}
:root[data-theme="dark"] {
  --bg: #303030;
  --panel: #383838;
  --raised: #424242;
  --text: #fff;
  --text-2: rgb(255 255 255 / 74%);
  --border: #555;
  --control: #9a9a9a;
  --grid: #4a4a4a;
  --hover: #4a4a4a;
  --accent: #ef6c00;
  --accent-ink: #ffb067;
  --link: #64b5f6;
  --alert: #5a2a27;
  --alert-text: #ffdad6;
  --note: #4a3d2c;
  --shadow: 0 2px 10px rgb(0 0 0 / 55%);
  color-scheme: dark;
}

*,
*::before,
*::after {
  box-sizing: border-box;
}
html,
body {
  height: 100%;
  margin: 0;
  background: var(--bg);
}
body {
  overflow: hidden;
  color: var(--text);
  font: 13px/1.4 Roboto, system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
}
h2 {
  margin: 0;
  font-size: 13px;
  font-weight: 600;
}
p {
  margin: 0;
}
fieldset {
  min-width: 0;
  margin: 0;
  padding: 0;
  border: 0;
}
legend,
.choose > span {
  padding: 0;
  color: var(--text-2);
  font-size: 12px;
}
fieldset > legend {
  margin-bottom: 4px;
}
[hidden] {
  display: none !important;
}
:focus-visible {
  outline: 2px solid var(--link);
  outline-offset: 1px;
}
.sr {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.faint {
  color: var(--text-2);
}
.icon {
  width: 16px;
  height: 16px;
  flex: none;
  fill: currentColor;
}

button,
select,
input[type="search"] {
  min-height: 28px;
  border: 1px solid var(--border);
  border-radius: 4px;
  background: var(--raised);
  color: inherit;
  font: inherit;
}
button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 6px;
  padding: 0 10px;
  cursor: pointer;
}
button:hover:not(:disabled) {
  background: var(--hover);
}
button:disabled {
  opacity: 0.4;
  cursor: default;
}
button.primary {
  border-color: transparent;
  background: var(--accent);
  color: var(--accent-text);
  font-weight: 500;
}
button.primary:hover:not(:disabled) {
  background: color-mix(in srgb, var(--accent), #fff 14%);
}
button.quiet {
  min-width: 28px;
  padding: 0 6px;
  border-color: transparent;
  background: none;
}
button.quiet:hover:not(:disabled) {
  background: var(--hover);
}
button.quiet[aria-pressed="true"] {
  background: color-mix(in srgb, var(--accent) 22%, transparent);
  color: var(--accent-ink);
}
button.text-button {
  min-height: 24px;
  padding: 0 4px;
  border: 0;
  background: none;
  color: var(--link);
}
select {
  max-width: 260px;
  padding: 0 4px;
  cursor: pointer;
}
input[type="search"] {
  width: 100%;
  padding: 0 8px;
}
input[type="checkbox"],
input[type="radio"] {
  width: 14px;
  height: 14px;
  margin: 0;
  accent-color: var(--accent);
}
input[type="range"] {
  width: 100%;
  height: 24px;
  margin: 0;
  accent-color: var(--accent);
  cursor: pointer;
}
summary {
  min-height: 24px;
  cursor: pointer;
}
code,
pre,
kbd {
  font: 12px/1.5 "Roboto Mono", ui-monospace, Menlo, Consolas, monospace;
}
pre {
  margin: 0;
  overflow: auto;
}

.app {
  display: grid;
  grid-template:
    "top top top" auto
    "display middle curves" minmax(0, 1fr)
    "timeline timeline timeline" auto / 196px minmax(0, 1fr) clamp(300px, 25vw, 620px);
  height: 100vh;
}
.app.empty {
  grid-template: "top" auto "middle" minmax(0, 1fr) / minmax(0, 1fr);
}
.top {
  grid-area: top;
  display: flex;
  align-items: center;
  gap: var(--gap);
  min-height: 44px;
  padding: 4px var(--gap);
  border-bottom: 1px solid var(--border);
  background: var(--panel);
}
.choose {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  min-width: 0;
}
.choose select {
  min-width: 0;
}
.summary {
  overflow: hidden;
  color: var(--text-2);
  text-overflow: ellipsis;
  white-space: nowrap;
}
.spacer {
  flex: 1;
}
.drawer-toggle {
  display: none;
}
.panel {
  overflow: auto;
  background: var(--panel);
  scrollbar-width: thin;
}
.middle {
  grid-area: middle;
  display: flex;
  flex-direction: column;
  min-width: 0;
  min-height: 0;
}
.empty .middle {
  overflow: auto;
}

.display {
  grid-area: display;
  display: flex;
  flex-direction: column;
  gap: 14px;
  padding: var(--gap);
  border-right: 1px solid var(--border);
}
.display > * {
  flex: none;
}
.modes label,
.splits label,
.popover label {
  display: flex;
  align-items: center;
  gap: 8px;
  min-height: 24px;
  cursor: pointer;
}
.modes label:has(:disabled) {
  color: var(--text-2);
  opacity: 0.7;
  cursor: default;
}
.legend-list {
  max-height: 46vh;
  margin: 0 -6px;
  padding: 0;
  overflow: auto;
  list-style: none;
  scrollbar-width: thin;
}
.legend input {
  margin-bottom: 4px;
}
.legend-entry {
  width: 100%;
  min-height: 24px;
  padding: 0 6px;
  border: 0;
  background: none;
  text-align: left;
}
.legend-name {
  flex: 1;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.legend-count {
  color: var(--text-2);
  font-size: 12px;
}
.legend-entry[aria-pressed="false"] .legend-name {
  color: var(--text-2);
  text-decoration: line-through;
}
.legend-entry[aria-pressed="false"] .swatch {
  background: none;
  border-color: var(--swatch);
}
.swatch {
  display: inline-block;
  width: 10px;
  height: 10px;
  flex: none;
  border: 2px solid transparent;
  border-radius: 50%;
  background: var(--swatch) border-box;
}
.wrong-key {
  display: flex;
  align-items: center;
  gap: 8px;
  margin-top: 6px;
  color: var(--text-2);
  font-size: 12px;
}
.wrong-swatch {
  width: 12px;
  height: 12px;
  flex: none;
  border: 3px solid var(--text-2);
  border-radius: 50%;
  background: radial-gradient(var(--text) 0 2px, transparent 2.5px);
}
.ramp {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  color: var(--text-2);
  font-size: 12px;
}
.ramp div {
  width: 100%;
  height: 10px;
  margin-bottom: 2px;
  border-radius: 2px;
}
.split-shape {
  width: 9px;
  height: 9px;
  background: var(--text-2);
}
.split-shape.circle {
  border-radius: 50%;
}
.split-shape.diamond {
  transform: rotate(45deg) scale(0.85);
}
.looks {
  display: grid;
}
.looks .inline {
  display: flex;
  align-items: center;
  gap: 8px;
  min-height: 24px;
}
.looks output {
  margin-left: auto;
  color: var(--text-2);
  font-size: 12px;
}
.wide {
  width: 100%;
  margin-top: 6px;
}

.stage {
  position: relative;
  flex: 1;
  min-height: 0;
  overflow: hidden;
}
.picture {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  touch-action: none;
}
.picture:focus-visible {
  outline-offset: -2px;
}
.badges {
  position: absolute;
  top: 8px;
  left: 8px;
  display: flex;
  gap: 6px;
  pointer-events: none;
}
.badge {
  padding: 2px 8px;
  border: 1px solid var(--border);
  border-radius: 10px;
  background: var(--raised);
  font-size: 12px;
  pointer-events: auto;
  white-space: nowrap;
}
.centre {
  flex: 1;
  display: grid;
  place-items: center;
  min-height: min-content;
  padding: 24px;
}
.card {
  display: grid;
  gap: 14px;
  width: min(720px, 100%);
  min-width: 0;
  padding: 24px 28px;
  border: 1px solid var(--border);
  border-radius: 8px;
  background: var(--panel);
}
.card h2 {
  font-size: 18px;
  font-weight: 500;
}
.card > * {
  min-width: 0;
}
.offer {
  display: flex;
  align-items: center;
  gap: var(--gap);
}
.offer button {
  min-width: 96px;
  min-height: 34px;
}
.copyable {
  display: flex;
  align-items: start;
  gap: 8px;
  padding: 6px 6px 6px 12px;
  border: 1px solid var(--border);
  border-radius: 4px;
  background: var(--bg);
}
.copyable pre {
  flex: 1;
  padding: 4px 0;
}
.facts {
  display: flex;
  flex-wrap: wrap;
  gap: 8px 32px;
  margin: 0;
}
.facts dd {
  margin: 0;
  font-size: 20px;
}
.facts dt {
  color: var(--text-2);
}
.facts > div {
  display: flex;
  flex-direction: column;
}
details pre {
  max-height: 200px;
  margin-top: 6px;
  padding: 8px;
  border-radius: 4px;
  background: var(--bg);
  white-space: pre-wrap;
}

.notice {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px var(--gap);
  padding: 6px var(--gap);
  border-bottom: 1px solid var(--border);
  background: var(--note);
}
.notice strong {
  font-weight: 500;
}
.notice.alert {
  background: var(--alert);
  color: var(--alert-text);
}
.notice.alert button {
  color: var(--text);
}
.unreadable {
  padding: 4px var(--gap);
}
.card .unreadable {
  padding: 0;
}
.unreadable ul {
  margin: 4px 0;
  padding-left: 18px;
}
.fit-progress {
  display: grid;
  gap: 8px;
  flex: 1;
}
.fit-line {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px var(--gap);
}
.fit-line button {
  margin-left: auto;
}
.bar {
  height: 6px;
  overflow: hidden;
  border-radius: 3px;
  background: color-mix(in srgb, var(--text) 14%, transparent);
}
.bar span {
  display: block;
  height: 100%;
  background: var(--accent);
}
.stages {
  display: grid;
  gap: 6px;
  margin: 0;
  padding: 0;
  list-style: none;
}
.stages li {
  display: grid;
  grid-template-columns: 96px 1fr 40px;
  align-items: center;
  gap: 10px;
  color: var(--text-2);
}
.stages li.current {
  color: var(--text);
  font-weight: 500;
}
.stage-percent {
  text-align: right;
}

.timeline {
  grid-area: timeline;
  display: flex;
  align-items: center;
  gap: var(--gap);
  padding: 6px var(--gap);
  border-top: 1px solid var(--border);
  background: var(--panel);
}
.transport {
  display: flex;
  align-items: center;
  gap: 2px;
}
button.play {
  width: 36px;
  height: 36px;
  margin: 0 4px;
  padding: 0;
  border-radius: 50%;
}
.instant {
  position: relative;
  min-width: 148px;
  font-weight: 500;
  white-space: nowrap;
}
.buffering {
  position: absolute;
  top: 100%;
  left: 0;
  color: var(--accent-ink);
  font-size: 11px;
  line-height: 1;
}
.scrub {
  position: relative;
  flex: 1;
  min-width: 0;
  height: 48px;
}
.track {
  position: absolute;
  inset: 0 7px;
  pointer-events: none;
}
.track svg {
  position: absolute;
  left: 0;
  width: 100%;
  overflow: visible;
}
.track .flips {
  top: 2px;
  height: 26px;
  fill: color-mix(in srgb, var(--text-2) 45%, transparent);
}
.track .buffered {
  top: 35px;
  height: 4px;
  fill: var(--control);
}
.track .failed {
  fill: var(--alert-text);
}
.track::before {
  content: "";
  position: absolute;
  top: 35px;
  right: -7px;
  left: -7px;
  height: 4px;
  border-radius: 2px;
  background: color-mix(in srgb, var(--text) 12%, transparent);
}
.scrub {
  overflow: clip;
  overflow-clip-margin: 40px;
}
.track svg {
  clip-path: inset(0 -7px);
}
.scrub-input {
  position: absolute;
  bottom: 0;
  height: 48px !important;
  background: none;
  appearance: none;
}
.scrub-input::-webkit-slider-runnable-track {
  height: 48px;
}
.scrub-input::-webkit-slider-thumb {
  width: 14px;
  height: 14px;
  margin-top: 30px;
  appearance: none;
  border: 2px solid var(--panel);
  border-radius: 50%;
  background: var(--accent);
  box-shadow: 0 0 0 1px color-mix(in srgb, var(--text) 40%, transparent);
}
.scrub-input::-moz-range-track {
  height: 48px;
  background: none;
}
.scrub-input::-moz-range-thumb {
  width: 10px;
  height: 10px;
  border: 2px solid var(--panel);
  border-radius: 50%;
  background: var(--accent);
  transform: translateY(13px);
}
.scrub-peek {
  position: absolute;
  bottom: 100%;
  padding: 2px 8px;
  border: 1px solid var(--border);
  border-radius: 4px;
  background: var(--raised);
  box-shadow: var(--shadow);
  font-size: 12px;
  pointer-events: none;
  transform: translateX(-50%);
  white-space: nowrap;
  z-index: 4;
}

.curves {
  grid-area: curves;
  display: flex;
  flex-direction: column;
  gap: 10px;
  padding: 8px var(--gap) var(--gap);
  border-left: 1px solid var(--border);
}
.curves > * {
  flex: none;
}
.panel-head {
  display: flex;
  align-items: center;
  justify-content: space-between;
}
.chooser {
  position: relative;
}
.chooser summary {
  display: flex;
  align-items: center;
  gap: 6px;
  padding: 2px 8px;
  border-radius: 4px;
  list-style: none;
}
.chooser summary:hover {
  background: var(--hover);
}
.popover {
  position: absolute;
  top: 100%;
  right: 0;
  z-index: 5;
  display: grid;
  gap: 10px;
  width: 270px;
  max-height: 60vh;
  padding: 10px 12px;
  overflow: auto;
  border: 1px solid var(--border);
  border-radius: 4px;
  background: var(--raised);
  box-shadow: var(--shadow);
}
.popover label span {
  overflow-wrap: anywhere;
}
.chart {
  margin: 0;
}
.chart figcaption {
  display: flex;
  flex-wrap: wrap;
  gap: 0 10px;
  font-size: 12px;
}
.chart-title {
  margin-right: auto;
  font-weight: 500;
}
.reading-name {
  color: var(--text-2);
}
.reading::before {
  content: "";
  display: inline-block;
  width: 10px;
  height: 2px;
  margin-right: 5px;
  background: var(--series);
  vertical-align: middle;
}
.plot {
  height: 112px;
  cursor: ew-resize;
}
.playhead {
  position: absolute;
  top: 0;
  bottom: 0;
  left: 0;
  width: 2px;
  background: var(--accent);
  pointer-events: none;
}
.u-over {
  touch-action: none;
}
.fidelity {
  display: grid;
  gap: 8px;
  padding-top: 10px;
  border-top: 1px solid var(--border);
}
.fidelity-table {
  width: 100%;
  border-collapse: collapse;
}
.fidelity-table th,
.fidelity-table td {
  padding: 2px 0 2px 8px;
  border-bottom: 1px solid var(--grid);
  font-weight: 400;
  text-align: right;
  vertical-align: top;
}
.fidelity-table th:first-child {
  padding-left: 0;
  text-align: left;
}
.fidelity-table thead th {
  color: var(--text-2);
  font-size: 12px;
}
.fidelity-table td {
  min-width: 84px;
}
.fidelity-table summary {
  list-style: none;
}
.fidelity-table summary:hover {
  color: var(--link);
}
.fidelity-table p {
  padding: 0 0 4px;
  color: var(--text-2);
  font-size: 12px;
}
.better {
  margin-left: 4px;
  color: var(--text-2);
}
.chance {
  display: block;
  color: var(--text-2);
  font-size: 11px;
}
.close .chance {
  color: var(--accent-ink);
  font-weight: 500;
}
.source {
  color: var(--text-2);
}

.tooltip {
  position: absolute;
  top: 0;
  left: 0;
  z-index: 3;
  display: grid;
  gap: 6px;
  width: 244px;
  padding: 8px 10px;
  border: 1px solid var(--border);
  border-radius: 4px;
  background: var(--raised);
  box-shadow: var(--shadow);
  pointer-events: none;
}
.tooltip header {
  display: flex;
  gap: 8px;
}
.pin {
  margin-left: auto;
  color: var(--accent-ink);
  font-size: 12px;
}
.tooltip-body {
  display: flex;
  gap: 10px;
}
.thumb {
  flex: none;
  background: var(--grid);
  image-rendering: pixelated;
}
.tooltip dl {
  display: grid;
  align-content: start;
  gap: 2px;
  min-width: 0;
  margin: 0;
}
.tooltip dl div {
  display: flex;
  flex-wrap: wrap;
  gap: 0 6px;
}
.tooltip dt {
  color: var(--text-2);
}
.tooltip dd {
  margin: 0;
}
.named {
  display: inline-flex;
  align-items: center;
  gap: 4px;
  font-weight: 500;
}
.verdict {
  margin-left: 4px;
  font-weight: 700;
}
.verdict.wrong {
  color: var(--accent-ink);
}
.sample-text {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 6;
}
.strip {
  display: grid;
  gap: 2px;
  font-size: 11px;
}
.strip-cells {
  position: relative;
}
.strip canvas {
  display: block;
  width: 100%;
  height: 12px;
  image-rendering: pixelated;
}
.strip-mark {
  position: absolute;
  top: -2px;
  bottom: -2px;
  min-width: 3px;
  border: 1.5px solid var(--text);
  border-radius: 1px;
}

.help {
  width: min(520px, 92vw);
  padding: 16px 20px;
  border: 1px solid var(--border);
  border-radius: 8px;
  background: var(--raised);
  color: inherit;
}
.help::backdrop {
  background: rgb(0 0 0 / 35%);
}
.help header {
  display: flex;
  align-items: center;
  justify-content: space-between;
}
.help dl {
  display: grid;
  gap: 4px;
}
.help dl div {
  display: grid;
  grid-template-columns: 108px 1fr;
}
.help dd {
  margin: 0;
}
kbd {
  margin-right: 4px;
  padding: 0 5px;
  border: 1px solid var(--border);
  border-radius: 3px;
}

@media (max-width: 1099px) {
  .app {
    grid-template:
      "top top" auto
      "display middle" minmax(0, 1fr)
      "timeline timeline" auto / 176px minmax(0, 1fr);
  }
  .drawer-toggle {
    display: inline-flex;
  }
  .curves {
    display: none;
  }
  .drawer-open .curves {
    z-index: 4;
    display: flex;
    grid-area: middle;
    justify-self: end;
    width: min(380px, 80%);
    box-shadow: var(--shadow);
  }
  .timeline {
    gap: 8px;
  }
  .instant {
    min-width: 132px;
    font-size: 12px;
  }
}
@media (max-width: 720px) {
  .summary {
    display: none;
  }
}
`;var Ah="uplot",Ph="u-hz",Lh="u-vt",Fh="u-title",Dh="u-wrap",Oh="u-under",Nh="u-over",Ih="u-axis",Sr="u-off",Uh="u-select",Hh="u-cursor-x",zh="u-cursor-y",$h="u-cursor-pt",Wh="u-legend",Gh="u-live",Bh="u-inline",Vh="u-series",Xh="u-marker",_f="u-label",jh="u-value",qo="width",Zo="height";var xf="bottom",fo="left",Ns="right",Qs="#000",wf=Qs+"0",Is="mousemove",Sf="mousedown",Us="mouseup",kf="mouseenter",Ef="mouseleave",Tf="dblclick",Jh="resize",Yh="scroll",Rf="change",ci="dppxchange",ea="--",yo=typeof window<"u",Gs=yo?document:null,mo=yo?window:null,Kh=yo?navigator:null,pe,ii;function Bs(){let e=devicePixelRatio;pe!=e&&(pe=e,ii&&Xs(Rf,ii,Bs),ii=matchMedia(`(min-resolution: ${pe-.001}dppx) and (max-resolution: ${pe+.001}dppx)`),kr(Rf,ii,Bs),mo.dispatchEvent(new CustomEvent(ci)))}function Mt(e,t){if(t!=null){let n=e.classList;!n.contains(t)&&n.add(t)}}function Vs(e,t){let n=e.classList;n.contains(t)&&n.remove(t)}function Ce(e,t,n){e.style[t]=n+"px"}function en(e,t,n,r){let o=Gs.createElement(e);return t!=null&&Mt(o,t),n?.insertBefore(o,r),o}function $t(e,t){return en("div",e,t)}var Cf=new WeakMap;function vn(e,t,n,r,o){let l="translate("+t+"px,"+n+"px)",i=Cf.get(e);l!=i&&(e.style.transform=l,Cf.set(e,l),t<0||n<0||t>r||n>o?Mt(e,Sr):Vs(e,Sr))}var Mf=new WeakMap;function Af(e,t,n){let r=t+n,o=Mf.get(e);r!=o&&(Mf.set(e,r),e.style.background=t,e.style.borderColor=n)}var Pf=new WeakMap;function Lf(e,t,n,r){let o=t+""+n,l=Pf.get(e);o!=l&&(Pf.set(e,o),e.style.height=n+"px",e.style.width=t+"px",e.style.marginLeft=r?-t/2+"px":0,e.style.marginTop=r?-n/2+"px":0)}var ta={passive:!0},qh={...ta,capture:!0};function kr(e,t,n,r){t.addEventListener(e,n,r?qh:ta)}function Xs(e,t,n,r){t.removeEventListener(e,n,ta)}yo&&Bs();function tn(e,t,n,r){let o;n=n||0,r=r||t.length-1;let l=r<=2147483647;for(;r-n>1;)o=l?n+r>>1:At((n+r)/2),t[o]<e?n=o:r=o;return e-t[n]<=t[r]-e?n:r}function ip(e){return(n,r,o)=>{let l=-1,i=-1;for(let a=r;a<=o;a++)if(e(n[a])){l=a;break}for(let a=o;a>=r;a--)if(e(n[a])){i=a;break}return[l,i]}}var sp=e=>e!=null,ap=e=>e!=null&&e>0,di=ip(sp),Zh=ip(ap);function Qh(e,t,n,r=0,o=!1){let l=o?Zh:di,i=o?ap:sp;[t,n]=l(e,t,n);let a=e[t],f=e[t];if(t>-1)if(r==1)a=e[t],f=e[n];else if(r==-1)a=e[n],f=e[t];else for(let p=t;p<=n;p++){let b=e[p];i(b)&&(b<a?a=b:b>f&&(f=b))}return[a??we,f??-we]}function mi(e,t,n,r){let o=Of(e),l=Of(t);e==t&&(o==-1?(e*=n,t/=n):(e/=n,t*=n));let i=n==10?Fn:up,a=o==1?At:Wt,f=l==1?Wt:At,p=a(i(Ye(e))),b=f(i(Ye(t))),g=ho(n,p),m=ho(n,b);return n==10&&(p<0&&(g=Se(g,-p)),b<0&&(m=Se(m,-b))),r||n==2?(e=g*o,t=m*l):(e=dp(e,g),t=hi(t,m)),[e,t]}function na(e,t,n,r){let o=mi(e,t,n,r);return e==0&&(o[0]=0),t==0&&(o[1]=0),o}var ra=.1,Ff={mode:3,pad:ra},el={pad:0,soft:null,mode:0},eg={min:el,max:el};function fi(e,t,n,r){return gi(n)?Df(e,t,n):(el.pad=n,el.soft=r?0:null,el.mode=r?3:0,Df(e,t,eg))}function ce(e,t){return e??t}function tg(e,t,n){for(t=ce(t,0),n=ce(n,e.length-1);t<=n;){if(e[t]!=null)return!0;t++}return!1}function Df(e,t,n){let r=n.min,o=n.max,l=ce(r.pad,0),i=ce(o.pad,0),a=ce(r.hard,-we),f=ce(o.hard,we),p=ce(r.soft,we),b=ce(o.soft,-we),g=ce(r.mode,0),m=ce(o.mode,0),_=t-e,S=Fn(_),C=ht(Ye(e),Ye(t)),M=Fn(C),A=Ye(M-S);(_<1e-24||A>10)&&(_=0,(e==0||t==0)&&(_=1e-24,g==2&&p!=we&&(l=0),m==2&&b!=-we&&(i=0)));let x=_||C||1e3,F=Fn(x),E=ho(10,At(F)),B=x*(_==0?e==0?.1:1:l),P=Se(dp(e-B,E/10),24),q=e>=p&&(g==1||g==3&&P<=p||g==2&&P>=p)?p:we,O=ht(a,P<q&&e>=q?q:nn(q,P)),Y=x*(_==0?t==0?.1:1:i),z=Se(hi(t+Y,E/10),24),T=t<=b&&(m==1||m==3&&z>=b||m==2&&z<=b)?b:-we,K=nn(f,z>T&&t<=T?T:ht(T,z));return O==K&&O==0&&(K=100),[O,K]}var ng=new Intl.NumberFormat(yo?Kh.language:"en-US"),oa=e=>ng.format(e),Pt=Math,ui=Pt.PI,Ye=Pt.abs,At=Pt.floor,Je=Pt.round,Wt=Pt.ceil,nn=Pt.min,ht=Pt.max,ho=Pt.pow,Of=Pt.sign,Fn=Pt.log10,up=Pt.log2,rg=(e,t=1)=>Pt.sinh(e)*t,Hs=(e,t=1)=>Pt.asinh(e/t),we=1/0;function Nf(e){return(Fn((e^e>>31)-(e>>31))|0)+1}function js(e,t,n){return nn(ht(e,t),n)}function cp(e){return typeof e=="function"}function le(e){return cp(e)?e:()=>e}var og=()=>{},fp=e=>e,pp=(e,t)=>t,lg=e=>null,If=e=>!0,Uf=(e,t)=>e==t,ig=/\.\d*?(?=9{6,}|0{6,})/gm,Er=e=>{if(hp(e)||Qn.has(e))return e;let t=`${e}`,n=t.match(ig);if(n==null)return e;let r=n[0].length-1;if(t.indexOf("e-")!=-1){let[o,l]=t.split("e");return+`${Er(o)}e${l}`}return Se(e,r)};function xr(e,t){return Er(Se(Er(e/t))*t)}function hi(e,t){return Er(Wt(Er(e/t))*t)}function dp(e,t){return Er(At(Er(e/t))*t)}function Se(e,t=0){if(hp(e))return e;let n=10**t,r=e*n*(1+Number.EPSILON);return Je(r)/n}var Qn=new Map;function mp(e){return((""+e).split(".")[1]||"").length}function nl(e,t,n,r){let o=[],l=r.map(mp);for(let i=t;i<n;i++){let a=Ye(i),f=Se(ho(e,i),a);for(let p=0;p<r.length;p++){let b=e==10?+`${r[p]}e${i}`:r[p]*f,g=(i>=0?0:a)+(i>=l[p]?0:l[p]),m=e==10?b:Se(b,g);o.push(m),Qn.set(m,g)}}return o}var tl={},la=[],go=[null,null],Zn=Array.isArray,hp=Number.isInteger,sg=e=>e===void 0;function Hf(e){return typeof e=="string"}function gi(e){let t=!1;if(e!=null){let n=e.constructor;t=n==null||n==Object}return t}function ag(e){return e!=null&&typeof e=="object"}var ug=Object.getPrototypeOf(Uint8Array),gp="__proto__";function bo(e,t=gi){let n;if(Zn(e)){let r=e.find(o=>o!=null);if(Zn(r)||t(r)){n=Array(e.length);for(let o=0;o<e.length;o++)n[o]=bo(e[o],t)}else n=e.slice()}else if(e instanceof ug)n=e.slice();else if(t(e)){n={};for(let r in e)r!=gp&&(n[r]=bo(e[r],t))}else n=e;return n}function Be(e){let t=arguments;for(let n=1;n<t.length;n++){let r=t[n];for(let o in r)o!=gp&&(gi(e[o])?Be(e[o],bo(r[o])):e[o]=bo(r[o]))}return e}var cg=0,fg=1,pg=2;function dg(e,t,n){for(let r=0,o,l=-1;r<t.length;r++){let i=t[r];if(i>l){for(o=i-1;o>=0&&e[o]==null;)e[o--]=null;for(o=i+1;o<n&&e[o]==null;)e[l=o++]=null}}}function mg(e,t){if(bg(e)){let i=e[0].slice();for(let a=1;a<e.length;a++)i.push(...e[a].slice(1));return vg(i[0])||(i=gg(i)),i}let n=new Set;for(let i=0;i<e.length;i++){let f=e[i][0],p=f.length;for(let b=0;b<p;b++)n.add(f[b])}let r=[Array.from(n).sort((i,a)=>i-a)],o=r[0].length,l=new Map;for(let i=0;i<o;i++)l.set(r[0][i],i);for(let i=0;i<e.length;i++){let a=e[i],f=a[0];for(let p=1;p<a.length;p++){let b=a[p],g=Array(o).fill(void 0),m=t?t[i][p]:fg,_=[];for(let S=0;S<b.length;S++){let C=b[S],M=l.get(f[S]);C===null?m!=cg&&(g[M]=C,m==pg&&_.push(M)):g[M]=C}dg(g,_,o),r.push(g)}}return r}var hg=typeof queueMicrotask>"u"?e=>Promise.resolve().then(e):queueMicrotask;function gg(e){let t=e[0],n=t.length,r=Array(n);for(let l=0;l<r.length;l++)r[l]=l;r.sort((l,i)=>t[l]-t[i]);let o=[];for(let l=0;l<e.length;l++){let i=e[l],a=Array(n);for(let f=0;f<n;f++)a[f]=i[r[f]];o.push(a)}return o}function bg(e){let t=e[0][0],n=t.length;for(let r=1;r<e.length;r++){let o=e[r][0];if(o.length!=n)return!1;if(o!=t){for(let l=0;l<n;l++)if(o[l]!=t[l])return!1}}return!0}function vg(e,t=100){let n=e.length;if(n<=1)return!0;let r=0,o=n-1;for(;r<=o&&e[r]==null;)r++;for(;o>=r&&e[o]==null;)o--;if(o<=r)return!0;let l=ht(1,At((o-r+1)/t));for(let i=e[r],a=r+l;a<=o;a+=l){let f=e[a];if(f!=null){if(f<=i)return!1;i=f}}return!0}var bp=["January","February","March","April","May","June","July","August","September","October","November","December"],vp=["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"];function yp(e){return e.slice(0,3)}var yg=vp.map(yp),_g=bp.map(yp),xg={MMMM:bp,MMM:_g,WWWW:vp,WWW:yg};function Ko(e){return(e<10?"0":"")+e}function wg(e){return(e<10?"00":e<100?"0":"")+e}var Sg={YYYY:e=>e.getFullYear(),YY:e=>(e.getFullYear()+"").slice(2),MMMM:(e,t)=>t.MMMM[e.getMonth()],MMM:(e,t)=>t.MMM[e.getMonth()],MM:e=>Ko(e.getMonth()+1),M:e=>e.getMonth()+1,DD:e=>Ko(e.getDate()),D:e=>e.getDate(),WWWW:(e,t)=>t.WWWW[e.getDay()],WWW:(e,t)=>t.WWW[e.getDay()],HH:e=>Ko(e.getHours()),H:e=>e.getHours(),h:e=>{let t=e.getHours();return t==0?12:t>12?t-12:t},AA:e=>e.getHours()>=12?"PM":"AM",aa:e=>e.getHours()>=12?"pm":"am",a:e=>e.getHours()>=12?"p":"a",mm:e=>Ko(e.getMinutes()),m:e=>e.getMinutes(),ss:e=>Ko(e.getSeconds()),s:e=>e.getSeconds(),fff:e=>wg(e.getMilliseconds())};function ia(e,t){t=t||xg;let n=[],r=/\{([a-z]+)\}|[^{]+/gi,o;for(;o=r.exec(e);)n.push(o[0][0]=="{"?Sg[o[1]]:o[0]);return l=>{let i="";for(let a=0;a<n.length;a++)i+=typeof n[a]=="string"?n[a]:n[a](l,t);return i}}var kg=new Intl.DateTimeFormat().resolvedOptions().timeZone;function Eg(e,t){let n;return t=="UTC"||t=="Etc/UTC"?n=new Date(+e+e.getTimezoneOffset()*6e4):t==kg?n=e:(n=new Date(e.toLocaleString("en-US",{timeZone:t})),n.setMilliseconds(e.getMilliseconds())),n}var _p=e=>e%1==0,pi=[1,2,2.5,5],Tg=nl(10,-32,0,pi),xp=nl(10,0,32,pi),Rg=xp.filter(_p),wr=Tg.concat(xp),sa=`
`,wp="{YYYY}",zf=sa+wp,Sp="{M}/{D}",Qo=sa+Sp,si=Qo+"/{YY}",kp="{aa}",Cg="{h}:{mm}",po=Cg+kp,$f=sa+po,Wf=":{ss}",ge=null;function Ep(e){let t=e*1e3,n=t*60,r=n*60,o=r*24,l=o*30,i=o*365,f=(e==1?nl(10,0,3,pi).filter(_p):nl(10,-3,0,pi)).concat([t,t*5,t*10,t*15,t*30,n,n*5,n*10,n*15,n*30,r,r*2,r*3,r*4,r*6,r*8,r*12,o,o*2,o*3,o*4,o*5,o*6,o*7,o*8,o*9,o*10,o*15,l,l*2,l*3,l*4,l*6,i,i*2,i*5,i*10,i*25,i*50,i*100]),p=[[i,wp,ge,ge,ge,ge,ge,ge,1],[o*28,"{MMM}",zf,ge,ge,ge,ge,ge,1],[o,Sp,zf,ge,ge,ge,ge,ge,1],[r,"{h}"+kp,si,ge,Qo,ge,ge,ge,1],[n,po,si,ge,Qo,ge,ge,ge,1],[t,Wf,si+" "+po,ge,Qo+" "+po,ge,$f,ge,1],[e,Wf+".{fff}",si+" "+po,ge,Qo+" "+po,ge,$f,ge,1]];function b(g){return(m,_,S,C,M,A)=>{let x=[],F=M>=i,E=M>=l&&M<i,B=g(S),P=Se(B*e,3),q=zs(B.getFullYear(),F?0:B.getMonth(),E||F?1:B.getDate()),O=Se(q*e,3);if(E||F){let Y=E?M/l:0,z=F?M/i:0,T=P==O?P:Se(zs(q.getFullYear()+z,q.getMonth()+Y,1)*e,3),K=new Date(Je(T/e)),U=K.getFullYear(),V=K.getMonth();for(let $=0;T<=C;$++){let te=zs(U+z*$,V+Y*$,1),H=te-g(Se(te*e,3));T=Se((+te+H)*e,3),T<=C&&x.push(T)}}else{let Y=M>=o?o:M,z=At(S)-At(P),T=O+z+hi(P-O,Y);x.push(T);let K=g(T),U=K.getHours()+K.getMinutes()/n+K.getSeconds()/r,V=M/r,$=m.axes[_]._space,te=A/$;for(;T=Se(T+M,e==1?0:3),!(T>C);)if(V>1){let H=At(Se(U+V,6))%24,ie=g(T).getHours()-H;ie>1&&(ie=-1),T-=ie*r,U=(U+V)%24;let ye=x[x.length-1];Se((T-ye)/M,3)*te>=.7&&x.push(T)}else x.push(T)}return x}}return[f,p,b]}var[Mg,Ag,Pg]=Ep(1),[Lg,Fg,Dg]=Ep(.001);nl(2,-53,53,[1]);function Gf(e,t){return e.map(n=>n.map((r,o)=>o==0||o==8||r==null?r:t(o==1||n[8]==0?r:n[1]+r)))}function Bf(e,t){return(n,r,o,l,i)=>{let a=t.find(S=>i>=S[0])||t[t.length-1],f,p,b,g,m,_;return r.map(S=>{let C=e(S),M=C.getFullYear(),A=C.getMonth(),x=C.getDate(),F=C.getHours(),E=C.getMinutes(),B=C.getSeconds(),P=M!=f&&a[2]||A!=p&&a[3]||x!=b&&a[4]||F!=g&&a[5]||E!=m&&a[6]||B!=_&&a[7]||a[1];return f=M,p=A,b=x,g=F,m=E,_=B,P(C)})}}function Og(e,t){let n=ia(t);return(r,o,l,i,a)=>o.map(f=>n(e(f)))}function zs(e,t,n){return new Date(e,t,n)}function Vf(e,t){return t(e)}var Ng="{YYYY}-{MM}-{DD} {h}:{mm}{aa}";function Xf(e,t){return(n,r,o,l)=>l==null?ea:t(e(r))}function Ig(e,t){let n=e.series[t];return n.width?n.stroke(e,t):n.points.width?n.points.stroke(e,t):null}function Ug(e,t){return e.series[t].fill(e,t)}var Hg={show:!0,live:!0,isolate:!1,mount:og,markers:{show:!0,width:2,stroke:Ig,fill:Ug,dash:"solid"},idx:null,idxs:null,values:[]};function zg(e,t){let n=e.cursor.points,r=$t(),o=n.size(e,t);Ce(r,qo,o),Ce(r,Zo,o);let l=o/-2;Ce(r,"marginLeft",l),Ce(r,"marginTop",l);let i=n.width(e,t,o);return i&&Ce(r,"borderWidth",i),r}function $g(e,t){let n=e.series[t].points;return n._fill||n._stroke}function Wg(e,t){let n=e.series[t].points;return n._stroke||n._fill}function Gg(e,t){return e.series[t].points.size}var $s=[0,0];function Bg(e,t,n){return $s[0]=t,$s[1]=n,$s}function ai(e,t,n,r=!0){return o=>{o.button==0&&(!r||o.target==t)&&n(o)}}function Ws(e,t,n,r=!0){return o=>{(!r||o.target==t)&&n(o)}}var Vg={show:!0,x:!0,y:!0,lock:!1,move:Bg,points:{one:!1,show:zg,size:Gg,width:0,stroke:Wg,fill:$g},bind:{mousedown:ai,mouseup:ai,click:ai,dblclick:ai,mousemove:Ws,mouseleave:Ws,mouseenter:Ws},drag:{setScale:!0,x:!0,y:!1,dist:0,uni:null,click:(e,t)=>{t.stopPropagation(),t.stopImmediatePropagation()},_x:!1,_y:!1},focus:{dist:(e,t,n,r,o)=>r-o,prox:-1,bias:0},hover:{skip:[void 0],prox:null,bias:0},left:-10,top:-10,idx:null,dataIdx:null,idxs:null,event:null},Tp={show:!0,stroke:"rgba(0,0,0,0.07)",width:2},aa=Be({},Tp,{filter:pp}),Rp=Be({},aa,{size:10}),Cp=Be({},Tp,{show:!1}),ua='12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif, "Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"',Mp="bold "+ua,Ap=1.5,jf={show:!0,scale:"x",stroke:Qs,space:50,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:Mp,side:2,grid:aa,ticks:Rp,border:Cp,font:ua,lineGap:Ap,rotate:0},Xg="Value",jg="Time",Jf={show:!0,scale:"x",auto:!1,sorted:1,min:we,max:-we,idxs:[]};function Jg(e,t,n,r,o){return t.map(l=>l==null?"":oa(l))}function Yg(e,t,n,r,o,l,i){let a=[],f=Qn.get(o)||0;n=i?n:Se(hi(n,o),f);for(let p=n;p<=r;p=Se(p+o,f))a.push(Object.is(p,-0)?0:p);return a}function Js(e,t,n,r,o,l,i){let a=[],f=e.scales[e.axes[t].scale].log,p=f==10?Fn:up,b=At(p(n));o=ho(f,b),f==10&&(o=wr[tn(o,wr)]);let g=n,m=o*f;f==10&&(m=wr[tn(m,wr)]);do a.push(g),g=g+o,f==10&&!Qn.has(g)&&(g=Se(g,Qn.get(o))),g>=m&&(o=g,m=o*f,f==10&&(m=wr[tn(m,wr)]));while(g<=r);return a}function Kg(e,t,n,r,o,l,i){let f=e.scales[e.axes[t].scale].asinh,p=r>f?Js(e,t,ht(f,n),r,o):[f],b=r>=0&&n<=0?[0]:[];return(n<-f?Js(e,t,ht(f,-r),-n,o):[f]).reverse().map(m=>-m).concat(b,p)}var Pp=/./,qg=/[12357]/,Zg=/[125]/,Yf=/1/,Ys=(e,t,n,r)=>e.map((o,l)=>t==4&&o==0||l%r==0&&n.test(o.toExponential()[o<0?1:0])?o:null);function Qg(e,t,n,r,o){let l=e.axes[n],i=l.scale,a=e.scales[i],f=e.valToPos,p=l._space,b=f(10,i),g=f(9,i)-b>=p?Pp:f(7,i)-b>=p?qg:f(5,i)-b>=p?Zg:Yf;if(g==Yf){let m=Ye(f(1,i)-b);if(m<p)return Ys(t.slice().reverse(),a.distr,g,Wt(p/m)).reverse()}return Ys(t,a.distr,g,1)}function e0(e,t,n,r,o){let l=e.axes[n],i=l.scale,a=l._space,f=e.valToPos,p=Ye(f(1,i)-f(2,i));return p<a?Ys(t.slice().reverse(),3,Pp,Wt(a/p)).reverse():t}function t0(e,t,n,r){return r==null?ea:t==null?"":oa(t)}var Kf={show:!0,scale:"y",stroke:Qs,space:30,gap:5,alignTo:1,size:50,labelGap:0,labelSize:30,labelFont:Mp,side:3,grid:aa,ticks:Rp,border:Cp,font:ua,lineGap:Ap,rotate:0};function n0(e,t){let n=3+(e||1)*2;return Se(n*t,3)}function r0(e,t){let{scale:n,idxs:r}=e.series[0],o=e._data[0],l=e.valToPos(o[r[0]],n,!0),i=e.valToPos(o[r[1]],n,!0),a=Ye(i-l),f=e.series[t],p=a/(f.points.space*pe);return r[1]-r[0]<=p}var qf={scale:null,auto:!0,sorted:0,min:we,max:-we},Lp=(e,t,n,r,o)=>o,Zf={show:!0,auto:!0,sorted:0,gaps:Lp,alpha:1,facets:[Be({},qf,{scale:"x"}),Be({},qf,{scale:"y"})]},Qf={scale:"y",auto:!0,sorted:0,show:!0,spanGaps:!1,gaps:Lp,alpha:1,points:{show:r0,filter:null},values:null,min:we,max:-we,idxs:[],path:null,clip:null};function o0(e,t,n,r,o){return n/10}var Fp={time:!0,auto:!0,distr:1,log:10,asinh:1,min:null,max:null,dir:1,ori:0},l0=Be({},Fp,{time:!1,ori:1}),ep={};function Dp(e,t){let n=ep[e];return n||(n={key:e,plots:[],sub(r){n.plots.push(r)},unsub(r){n.plots=n.plots.filter(o=>o!=r)},pub(r,o,l,i,a,f,p){for(let b=0;b<n.plots.length;b++)n.plots[b]!=o&&n.plots[b].pub(r,o,l,i,a,f,p)}},e!=null&&(ep[e]=n)),n}var vo=1,Ks=2;function Tr(e,t,n){let r=e.mode,o=e.series[t],l=r==2?e._data[t]:e._data,i=e.scales,a=e.bbox,f=l[0],p=r==2?l[1]:l[t],b=r==2?i[o.facets[0].scale]:i[e.series[0].scale],g=r==2?i[o.facets[1].scale]:i[o.scale],m=a.left,_=a.top,S=a.width,C=a.height,M=e.valToPosH,A=e.valToPosV;return b.ori==0?n(o,f,p,b,g,M,A,m,_,S,C,vi,_o,_i,Np,Up):n(o,f,p,b,g,A,M,_,m,C,S,yi,xo,pa,Ip,Hp)}function ca(e,t){let n=0,r=0,o=ce(e.bands,la);for(let l=0;l<o.length;l++){let i=o[l];i.series[0]==t?n=i.dir:i.series[1]==t&&(i.dir==1?r|=1:r|=2)}return[n,r==1?-1:r==2?1:r==3?2:0]}function i0(e,t,n,r,o){let l=e.mode,i=e.series[t],a=l==2?i.facets[1].scale:i.scale,f=e.scales[a];return o==-1?f.min:o==1?f.max:f.distr==3?f.dir==1?f.min:f.max:0}function Dn(e,t,n,r,o,l){return Tr(e,t,(i,a,f,p,b,g,m,_,S,C,M)=>{let A=i.pxRound,x=p.dir*(p.ori==0?1:-1),F=p.ori==0?_o:xo,E,B;x==1?(E=n,B=r):(E=r,B=n);let P=A(g(a[E],p,C,_)),q=A(m(f[E],b,M,S)),O=A(g(a[B],p,C,_)),Y=A(m(l==1?b.max:b.min,b,M,S)),z=new Path2D(o);return F(z,O,Y),F(z,P,Y),F(z,P,q),z})}function bi(e,t,n,r,o,l){let i=null;if(e.length>0){i=new Path2D;let a=t==0?_i:pa,f=n;for(let g=0;g<e.length;g++){let m=e[g];if(m[1]>m[0]){let _=m[0]-f;_>0&&a(i,f,r,_,r+l),f=m[1]}}let p=n+o-f,b=10;p>0&&a(i,f,r-b/2,p,r+l+b)}return i}function s0(e,t,n){let r=e[e.length-1];r&&r[0]==t?r[1]=n:e.push([t,n])}function fa(e,t,n,r,o,l,i){let a=[],f=e.length;for(let p=o==1?n:r;p>=n&&p<=r;p+=o)if(t[p]===null){let g=p,m=p;if(o==1)for(;++p<=r&&t[p]===null;)m=p;else for(;--p>=n&&t[p]===null;)m=p;let _=l(e[g]),S=m==g?_:l(e[m]),C=g-o;_=i<=0&&C>=0&&C<f?l(e[C]):_;let A=m+o;S=i>=0&&A>=0&&A<f?l(e[A]):S,S>=_&&a.push([_,S])}return a}function tp(e){return e==0?fp:e==1?Je:t=>xr(t,e)}function Op(e){let t=e==0?vi:yi,n=e==0?(o,l,i,a,f,p)=>{o.arcTo(l,i,a,f,p)}:(o,l,i,a,f,p)=>{o.arcTo(i,l,f,a,p)},r=e==0?(o,l,i,a,f)=>{o.rect(l,i,a,f)}:(o,l,i,a,f)=>{o.rect(i,l,f,a)};return(o,l,i,a,f,p=0,b=0)=>{p==0&&b==0?r(o,l,i,a,f):(p=nn(p,a/2,f/2),b=nn(b,a/2,f/2),t(o,l+p,i),n(o,l+a,i,l+a,i+f,p),n(o,l+a,i+f,l,i+f,b),n(o,l,i+f,l,i,b),n(o,l,i,l+a,i,p),o.closePath())}}var vi=(e,t,n)=>{e.moveTo(t,n)},yi=(e,t,n)=>{e.moveTo(n,t)},_o=(e,t,n)=>{e.lineTo(t,n)},xo=(e,t,n)=>{e.lineTo(n,t)},_i=Op(0),pa=Op(1),Np=(e,t,n,r,o,l)=>{e.arc(t,n,r,o,l)},Ip=(e,t,n,r,o,l)=>{e.arc(n,t,r,o,l)},Up=(e,t,n,r,o,l,i)=>{e.bezierCurveTo(t,n,r,o,l,i)},Hp=(e,t,n,r,o,l,i)=>{e.bezierCurveTo(n,t,o,r,i,l)};function zp(e){return(t,n,r,o,l)=>Tr(t,n,(i,a,f,p,b,g,m,_,S,C,M)=>{let{pxRound:A,points:x}=i,F,E;p.ori==0?(F=vi,E=Np):(F=yi,E=Ip);let B=Se(x.width*pe,3),P=(x.size-x.width)/2*pe,q=Se(P*2,3),O=new Path2D,Y=new Path2D,{left:z,top:T,width:K,height:U}=t.bbox;_i(Y,z-q,T-q,K+q*2,U+q*2);let V=$=>{if(f[$]!=null){let te=A(g(a[$],p,C,_)),H=A(m(f[$],b,M,S));F(O,te+P,H),E(O,te,H,P,0,ui*2)}};if(l)l.forEach(V);else for(let $=r;$<=o;$++)V($);return{stroke:B>0?O:null,fill:O,clip:Y,flags:vo|Ks}})}function $p(e){return(t,n,r,o,l,i)=>{r!=o&&(l!=r&&i!=r&&e(t,n,r),l!=o&&i!=o&&e(t,n,o),e(t,n,i))}}var a0=$p(_o),u0=$p(xo);function Wp(e){let t=ce(e?.alignGaps,0);return(n,r,o,l)=>Tr(n,r,(i,a,f,p,b,g,m,_,S,C,M)=>{[o,l]=di(f,o,l);let A=i.pxRound,x=U=>A(g(U,p,C,_)),F=U=>A(m(U,b,M,S)),E,B;p.ori==0?(E=_o,B=a0):(E=xo,B=u0);let P=p.dir*(p.ori==0?1:-1),q={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:vo},O=q.stroke,Y=!1;if(l-o>=C*4){let U=W=>n.posToVal(W,p.key,!0),V=null,$=null,te,H,Ke,be=x(a[P==1?o:l]),ie=x(a[o]),ye=x(a[l]),ne=U(P==1?ie+1:ye-1);for(let W=P==1?o:l;W>=o&&W<=l;W+=P){let Ve=a[W],Me=(P==1?Ve<ne:Ve>ne)?be:x(Ve),de=f[W];Me==be?de!=null?(H=de,V==null?(E(O,Me,F(H)),te=V=$=H):H<V?V=H:H>$&&($=H)):de===null&&(Y=!0):(V!=null&&B(O,be,F(V),F($),F(te),F(H)),de!=null?(H=de,E(O,Me,F(H)),V=$=te=H):(V=$=null,de===null&&(Y=!0)),be=Me,ne=U(be+P))}V!=null&&V!=$&&Ke!=be&&B(O,be,F(V),F($),F(te),F(H))}else for(let U=P==1?o:l;U>=o&&U<=l;U+=P){let V=f[U];V===null?Y=!0:V!=null&&E(O,x(a[U]),F(V))}let[T,K]=ca(n,r);if(i.fill!=null||T!=0){let U=q.fill=new Path2D(O),V=i.fillTo(n,r,i.min,i.max,T),$=F(V),te=x(a[o]),H=x(a[l]);P==-1&&([H,te]=[te,H]),E(U,H,$),E(U,te,$)}if(!i.spanGaps){let U=[];Y&&U.push(...fa(a,f,o,l,P,x,t)),q.gaps=U=i.gaps(n,r,o,l,U),q.clip=bi(U,p.ori,_,S,C,M)}return K!=0&&(q.band=K==2?[Dn(n,r,o,l,O,-1),Dn(n,r,o,l,O,1)]:Dn(n,r,o,l,O,K)),q})}function c0(e){let t=ce(e.align,1),n=ce(e.ascDesc,!1),r=ce(e.alignGaps,0),o=ce(e.extend,!1);return(l,i,a,f)=>Tr(l,i,(p,b,g,m,_,S,C,M,A,x,F)=>{[a,f]=di(g,a,f);let E=p.pxRound,{left:B,width:P}=l.bbox,q=ie=>E(S(ie,m,x,M)),O=ie=>E(C(ie,_,F,A)),Y=m.ori==0?_o:xo,z={stroke:new Path2D,fill:null,clip:null,band:null,gaps:null,flags:vo},T=z.stroke,K=m.dir*(m.ori==0?1:-1),U=O(g[K==1?a:f]),V=q(b[K==1?a:f]),$=V,te=V;o&&t==-1&&(te=B,Y(T,te,U)),Y(T,V,U);for(let ie=K==1?a:f;ie>=a&&ie<=f;ie+=K){let ye=g[ie];if(ye==null)continue;let ne=q(b[ie]),W=O(ye);t==1?Y(T,ne,U):Y(T,$,W),Y(T,ne,W),U=W,$=ne}let H=$;o&&t==1&&(H=B+P,Y(T,H,U));let[Ke,be]=ca(l,i);if(p.fill!=null||Ke!=0){let ie=z.fill=new Path2D(T),ye=p.fillTo(l,i,p.min,p.max,Ke),ne=O(ye);Y(ie,H,ne),Y(ie,te,ne)}if(!p.spanGaps){let ie=[];ie.push(...fa(b,g,a,f,K,q,r));let ye=p.width*pe/2,ne=n||t==1?ye:-ye,W=n||t==-1?-ye:ye;ie.forEach(Ve=>{Ve[0]+=ne,Ve[1]+=W}),z.gaps=ie=p.gaps(l,i,a,f,ie),z.clip=bi(ie,m.ori,M,A,x,F)}return be!=0&&(z.band=be==2?[Dn(l,i,a,f,T,-1),Dn(l,i,a,f,T,1)]:Dn(l,i,a,f,T,be)),z})}function np(e,t,n,r,o,l,i=we){if(e.length>1){let a=null;for(let f=0,p=1/0;f<e.length;f++)if(t[f]!==void 0){if(a!=null){let b=Ye(e[f]-e[a]);b<p&&(p=b,i=Ye(n(e[f],r,o,l)-n(e[a],r,o,l)))}a=f}}return i}function f0(e){e=e||tl;let t=ce(e.size,[.6,we,1]),n=e.align||0,r=e.gap||0,o=e.radius;o=o==null?[0,0]:typeof o=="number"?[o,0]:o;let l=le(o),i=1-t[0],a=ce(t[1],we),f=ce(t[2],1),p=ce(e.disp,tl),b=ce(e.each,_=>{}),{fill:g,stroke:m}=p;return(_,S,C,M)=>Tr(_,S,(A,x,F,E,B,P,q,O,Y,z,T)=>{let K=A.pxRound,U=n,V=r*pe,$=a*pe,te=f*pe,H,Ke;E.ori==0?[H,Ke]=l(_,S):[Ke,H]=l(_,S);let be=E.dir*(E.ori==0?1:-1),ie=E.ori==0?_i:pa,ye=E.ori==0?b:(N,ke,Xe,Lr,ir,on,sr)=>{b(N,ke,Xe,ir,Lr,sr,on)},ne=ce(_.bands,la).find(N=>N.series[0]==S),W=ne!=null?ne.dir:0,Ve=A.fillTo(_,S,A.min,A.max,W),ct=K(q(Ve,B,T,Y)),Me,de,Bt,xt=z,De=K(A.width*pe),rn=!1,yn=null,Lt=null,On=null,Mr=null;g!=null&&(De==0||m!=null)&&(rn=!0,yn=g.values(_,S,C,M),Lt=new Map,new Set(yn).forEach(N=>{N!=null&&Lt.set(N,new Path2D)}),De>0&&(On=m.values(_,S,C,M),Mr=new Map,new Set(On).forEach(N=>{N!=null&&Mr.set(N,new Path2D)})));let{x0:Ar,size:Ro}=p;if(Ar!=null&&Ro!=null){U=1,x=Ar.values(_,S,C,M),Ar.unit==2&&(x=x.map(Xe=>_.posToVal(O+Xe*z,E.key,!0)));let N=Ro.values(_,S,C,M);Ro.unit==2?de=N[0]*z:de=P(N[0],E,z,O)-P(0,E,z,O),xt=np(x,F,P,E,z,O,xt),Bt=xt-de+V}else xt=np(x,F,P,E,z,O,xt),Bt=xt*i+V,de=xt-Bt;Bt<1&&(Bt=0),De>=de/2&&(De=0),Bt<5&&(K=fp);let cl=Bt>0,or=xt-Bt-(cl?De:0);de=K(js(or,te,$)),Me=(U==0?de/2:U==be?0:de)-U*be*((U==0?V/2:0)+(cl?De/2:0));let ft={stroke:null,fill:null,clip:null,band:null,gaps:null,flags:0},Pr=rn?null:new Path2D,_n=null;if(ne!=null)_n=_.data[ne.series[1]];else{let{y0:N,y1:ke}=p;N!=null&&ke!=null&&(F=ke.values(_,S,C,M),_n=N.values(_,S,C,M))}let lr=H*de,Q=Ke*de;for(let N=be==1?C:M;N>=C&&N<=M;N+=be){let ke=F[N];if(ke==null)continue;if(_n!=null){let gt=_n[N]??0;if(ke-gt==0)continue;ct=q(gt,B,T,Y)}let Xe=E.distr!=2||p!=null?x[N]:N,Lr=P(Xe,E,z,O),ir=q(ce(ke,Ve),B,T,Y),on=K(Lr-Me),sr=K(ht(ir,ct)),wt=K(nn(ir,ct)),Ft=sr-wt;if(ke!=null){let gt=ke<0?Q:lr,Vt=ke<0?lr:Q;rn?(De>0&&On[N]!=null&&ie(Mr.get(On[N]),on,wt+At(De/2),de,ht(0,Ft-De),gt,Vt),yn[N]!=null&&ie(Lt.get(yn[N]),on,wt+At(De/2),de,ht(0,Ft-De),gt,Vt)):ie(Pr,on,wt+At(De/2),de,ht(0,Ft-De),gt,Vt),ye(_,S,N,on-De/2,wt,de+De,Ft)}}return De>0?ft.stroke=rn?Mr:Pr:rn||(ft._fill=A.width==0?A._fill:A._stroke??A._fill,ft.width=0),ft.fill=rn?Lt:Pr,ft})}function p0(e,t){let n=ce(t?.alignGaps,0);return(r,o,l,i)=>Tr(r,o,(a,f,p,b,g,m,_,S,C,M,A)=>{[l,i]=di(p,l,i);let x=a.pxRound,F=H=>x(m(H,b,M,S)),E=H=>x(_(H,g,A,C)),B,P,q;b.ori==0?(B=vi,q=_o,P=Up):(B=yi,q=xo,P=Hp);let O=b.dir*(b.ori==0?1:-1),Y=F(f[O==1?l:i]),z=Y,T=[],K=[];for(let H=O==1?l:i;H>=l&&H<=i;H+=O)if(p[H]!=null){let be=f[H],ie=F(be);T.push(z=ie),K.push(E(p[H]))}let U={stroke:e(T,K,B,q,P,x),fill:null,clip:null,band:null,gaps:null,flags:vo},V=U.stroke,[$,te]=ca(r,o);if(a.fill!=null||$!=0){let H=U.fill=new Path2D(V),Ke=a.fillTo(r,o,a.min,a.max,$),be=E(Ke);q(H,z,be),q(H,Y,be)}if(!a.spanGaps){let H=[];H.push(...fa(f,p,l,i,O,F,n)),U.gaps=H=a.gaps(r,o,l,i,H),U.clip=bi(H,b.ori,S,C,M,A)}return te!=0&&(U.band=te==2?[Dn(r,o,l,i,V,-1),Dn(r,o,l,i,V,1)]:Dn(r,o,l,i,V,te)),U})}function d0(e){return p0(m0,e)}function m0(e,t,n,r,o,l){let i=e.length;if(i<2)return null;let a=new Path2D;if(n(a,e[0],t[0]),i==2)r(a,e[1],t[1]);else{let f=Array(i),p=Array(i-1),b=Array(i-1),g=Array(i-1);for(let m=0;m<i-1;m++)b[m]=t[m+1]-t[m],g[m]=e[m+1]-e[m],p[m]=b[m]/g[m];f[0]=p[0];for(let m=1;m<i-1;m++)p[m]===0||p[m-1]===0||p[m-1]>0!=p[m]>0?f[m]=0:(f[m]=3*(g[m-1]+g[m])/((2*g[m]+g[m-1])/p[m-1]+(g[m]+2*g[m-1])/p[m]),isFinite(f[m])||(f[m]=0));f[i-1]=p[i-2];for(let m=0;m<i-1;m++)o(a,e[m]+g[m]/3,t[m]+f[m]*g[m]/3,e[m+1]-g[m]/3,t[m+1]-f[m+1]*g[m]/3,e[m+1],t[m+1])}return a}var qs=new Set;function rp(){for(let e of qs)e.syncRect(!0)}yo&&(kr(Jh,mo,rp),kr(Yh,mo,rp,!0),kr(ci,mo,()=>{st.pxRatio=pe}));var h0=Wp(),g0=zp();function op(e,t,n,r){return(r?[e[0],e[1]].concat(e.slice(2)):[e[0]].concat(e.slice(1))).map((l,i)=>Zs(l,i,t,n))}function b0(e,t){return e.map((n,r)=>r==0?{}:Be({},t,n))}function Zs(e,t,n,r){return Be({},t==0?n:r,e)}function Gp(e,t,n){return t==null?go:[t,n]}var v0=Gp;function y0(e,t,n){return t==null?go:fi(t,n,ra,!0)}function Bp(e,t,n,r){return t==null?go:mi(t,n,e.scales[r].log,!1)}var _0=Bp;function Vp(e,t,n,r){return t==null?go:na(t,n,e.scales[r].log,!1)}var x0=Vp;function w0(e,t,n,r,o){let l=ht(Nf(e),Nf(t)),i=t-e,a=tn(o/r*i,n);do{let f=n[a],p=r*f/i;if(p>=o&&l+(f<5?Qn.get(f):0)<=17)return[f,p]}while(++a<n.length);return[0,0]}function lp(e){let t,n;return e=e.replace(/(\d+)px/,(r,o)=>(t=Je((n=+o)*pe))+"px"),[e,t,n]}function S0(e){e.show&&[e.font,e.labelFont].forEach(t=>{let n=Se(t[2]*pe,1);t[0]=t[0].replace(/[0-9.]+px/,n+"px"),t[1]=n})}function st(e,t,n){let r={mode:ce(e.mode,1)},o=r.mode;function l(s,u,d,h){let v=u.valToPct(s);return h+d*(u.dir==-1?1-v:v)}function i(s,u,d,h){let v=u.valToPct(s);return h+d*(u.dir==-1?v:1-v)}function a(s,u,d,h){return u.ori==0?l(s,u,d,h):i(s,u,d,h)}r.valToPosH=l,r.valToPosV=i;let f=!1;r.status=0;let p=r.root=$t(Ah);if(e.id!=null&&(p.id=e.id),Mt(p,e.class),e.title){let s=$t(Fh,p);s.textContent=e.title}let b=en("canvas"),g=r.ctx=b.getContext("2d"),m=$t(Dh,p);kr("click",m,s=>{s.target===S&&(Ee!=Gr||Ae!=Br)&&it.click(r,s)},!0);let _=r.under=$t(Oh,m);m.appendChild(b);let S=r.over=$t(Nh,m);e=bo(e);let C=+ce(e.pxAlign,1),M=tp(C);(e.plugins||[]).forEach(s=>{s.opts&&(e=s.opts(r,e)||e)});let A=e.ms||.001,x=r.series=o==1?op(e.series||[],Jf,Qf,!1):b0(e.series||[null],Zf),F=r.axes=op(e.axes||[],jf,Kf,!0),E=r.scales={},B=r.bands=e.bands||[];B.forEach(s=>{s.fill=le(s.fill||null),s.dir=ce(s.dir,-1)});let P=o==2?x[1].facets[0].scale:x[0].scale,q={axes:nm,series:qd},O=(e.drawOrder||["axes","series"]).map(s=>q[s]);function Y(s){let u=s.distr==3?d=>Fn(d>0?d:s.clamp(r,d,s.min,s.max,s.key)):s.distr==4?d=>Hs(d,s.asinh):s.distr==100?d=>s.fwd(d):d=>d;return d=>{let h=u(d),{_min:v,_max:y}=s,w=y-v;return(h-v)/w}}function z(s){let u=E[s];if(u==null){let d=(e.scales||tl)[s]||tl;if(d.from!=null){z(d.from);let h=Be({},E[d.from],d,{key:s});h.valToPct=Y(h),E[s]=h}else{u=E[s]=Be({},s==P?Fp:l0,d),u.key=s;let h=u.time,v=u.range,y=Zn(v);if((s!=P||o==2&&!h)&&(y&&(v[0]==null||v[1]==null)&&(v={min:v[0]==null?Ff:{mode:1,hard:v[0],soft:v[0]},max:v[1]==null?Ff:{mode:1,hard:v[1],soft:v[1]}},y=!1),!y&&gi(v))){let w=v;v=(k,R,L)=>R==null?go:fi(R,L,w)}u.range=le(v||(h?v0:s==P?u.distr==3?_0:u.distr==4?x0:Gp:u.distr==3?Bp:u.distr==4?Vp:y0)),u.auto=le(y?!1:u.auto),u.clamp=le(u.clamp||o0),u._min=u._max=null,u.valToPct=Y(u)}}}z("x"),z("y"),o==1&&x.forEach(s=>{z(s.scale)}),F.forEach(s=>{z(s.scale)});for(let s in e.scales)z(s);let T=E[P],K=T.distr,U,V;T.ori==0?(Mt(p,Ph),U=l,V=i):(Mt(p,Lh),U=i,V=l);let $={};for(let s in E){let u=E[s];(u.min!=null||u.max!=null)&&($[s]={min:u.min,max:u.max},u.min=u.max=null)}let te=e.tzDate||(s=>new Date(Je(s/A))),H=e.fmtDate||ia,Ke=A==1?Pg(te):Dg(te),be=Bf(te,Gf(A==1?Ag:Fg,H)),ie=Xf(te,Vf(Ng,H)),ye=[],ne=r.legend=Be({},Hg,e.legend),W=r.cursor=Be({},Vg,{drag:{y:o==2}},e.cursor),Ve=ne.show,ct=W.show,Me=ne.markers;ne.idxs=ye,Me.width=le(Me.width),Me.dash=le(Me.dash),Me.stroke=le(Me.stroke),Me.fill=le(Me.fill);let de,Bt,xt,De=[],rn=[],yn,Lt=!1,On={};if(ne.live){let s=x[1]?x[1].values:null;Lt=s!=null,yn=Lt?s(r,1,0):{_:0};for(let u in yn)On[u]=ea}if(Ve)if(de=en("table",Wh,p),xt=en("tbody",null,de),ne.mount(r,de),Lt){Bt=en("thead",null,de,xt);let s=en("tr",null,Bt);en("th",null,s);for(var Mr in yn)en("th",_f,s).textContent=Mr}else Mt(de,Bh),ne.live&&Mt(de,Gh);let Ar={show:!0},Ro={show:!1};function cl(s,u){if(u==0&&(Lt||!ne.live||o==2))return go;let d=[],h=en("tr",Vh,xt,xt.childNodes[u]);Mt(h,s.class),s.show||Mt(h,Sr);let v=en("th",null,h);if(Me.show){let k=$t(Xh,v);if(u>0){let R=Me.width(r,u);R&&(k.style.border=R+"px "+Me.dash(r,u)+" "+Me.stroke(r,u)),k.style.background=Me.fill(r,u)}}let y=$t(_f,v);s.label instanceof HTMLElement?y.appendChild(s.label):y.textContent=s.label,u>0&&(Me.show||(y.style.color=s.width>0?Me.stroke(r,u):Me.fill(r,u)),ft("click",v,k=>{if(W._lock)return;ur(k);let R=x.indexOf(s);if((k.ctrlKey||k.metaKey)!=ne.isolate){let L=x.some((D,I)=>I>0&&I!=R&&D.show);x.forEach((D,I)=>{I>0&&sn(I,L?I==R?Ar:Ro:Ar,!0,$e.setSeries)})}else sn(R,{show:!s.show},!0,$e.setSeries)},!1),Dr&&ft(kf,v,k=>{W._lock||(ur(k),sn(x.indexOf(s),Xr,!0,$e.setSeries))},!1));for(var w in yn){let k=en("td",jh,h);k.textContent="--",d.push(k)}return[h,d]}let or=new Map;function ft(s,u,d,h=!0){let v=or.get(u)||{},y=W.bind[s](r,u,d,h);y&&(kr(s,u,v[s]=y),or.set(u,v))}function Pr(s,u,d){let h=or.get(u)||{};for(let v in h)(s==null||v==s)&&(Xs(v,u,h[v]),delete h[v]);s==null&&or.delete(u)}let _n=0,lr=0,Q=0,N=0,ke=0,Xe=0,Lr=ke,ir=Xe,on=Q,sr=N,wt=0,Ft=0,gt=0,Vt=0;r.bbox={};let Ui=!1,fl=!1,Fr=!1,ar=!1,pl=!1,Dt=!1;function Hi(s,u,d){(d||s!=r.width||u!=r.height)&&$a(s,u),Hr(!1),Fr=!0,fl=!0,zr()}function $a(s,u){r.width=_n=Q=s,r.height=lr=N=u,ke=Xe=0,Bd(),Vd();let d=r.bbox;wt=d.left=xr(ke*pe,.5),Ft=d.top=xr(Xe*pe,.5),gt=d.width=xr(Q*pe,.5),Vt=d.height=xr(N*pe,.5)}let $d=3;function Wd(){let s=!1,u=0;for(;!s;){u++;let d=em(u),h=tm(u);s=u==$d||d&&h,s||($a(r.width,r.height),fl=!0)}}function Gd({width:s,height:u}){Hi(s,u)}r.setSize=Gd;function Bd(){let s=!1,u=!1,d=!1,h=!1;F.forEach((v,y)=>{if(v.show&&v._show){let{side:w,_size:k}=v,R=w%2,L=v.label!=null?v.labelSize:0,D=k+L;D>0&&(R?(Q-=D,w==3?(ke+=D,h=!0):d=!0):(N-=D,w==0?(Xe+=D,s=!0):u=!0))}}),cr[0]=s,cr[1]=d,cr[2]=u,cr[3]=h,Q-=Nn[1]+Nn[3],ke+=Nn[3],N-=Nn[2]+Nn[0],Xe+=Nn[0]}function Vd(){let s=ke+Q,u=Xe+N,d=ke,h=Xe;function v(y,w){switch(y){case 1:return s+=w,s-w;case 2:return u+=w,u-w;case 3:return d-=w,d+w;case 0:return h-=w,h+w}}F.forEach((y,w)=>{if(y.show&&y._show){let k=y.side;y._pos=v(k,y._size),y.label!=null&&(y._lpos=v(k,y.labelSize))}})}if(W.dataIdx==null){let s=W.hover,u=s.skip=new Set(s.skip??[]);u.add(void 0);let d=s.prox=le(s.prox),h=s.bias??=0;W.dataIdx=(v,y,w,k)=>{if(y==0)return w;let R=w,L=d(v,y,w,k)??we,D=L>=0&&L<we,I=T.ori==0?Q:N,J=W.left,fe=t[0],ue=t[y];if(u.has(ue[w])){R=null;let re=null,X=null,G;if(h==0||h==-1)for(G=w;re==null&&G-- >0;)u.has(ue[G])||(re=G);if(h==0||h==1)for(G=w;X==null&&G++<ue.length;)u.has(ue[G])||(X=G);if(re!=null||X!=null)if(D){let Re=re==null?-1/0:U(fe[re],T,I,0),Ne=X==null?1/0:U(fe[X],T,I,0),nt=J-Re,_e=Ne-J;nt<=_e?nt<=L&&(R=re):_e<=L&&(R=X)}else R=X==null?re:re==null?X:w-re<=X-w?re:X}else D&&Ye(J-U(fe[w],T,I,0))>L&&(R=null);return R}}let ur=s=>{W.event=s};W.idxs=ye,W._lock=!1;let at=W.points;at.show=le(at.show),at.size=le(at.size),at.stroke=le(at.stroke),at.width=le(at.width),at.fill=le(at.fill);let ln=r.focus=Be({},e.focus||{alpha:.3},W.focus),Dr=ln.prox>=0,Or=Dr&&at.one,Ot=[],Nr=[],Ir=[];function Wa(s,u){let d=at.show(r,u);if(d instanceof HTMLElement)return Mt(d,$h),Mt(d,s.class),vn(d,-10,-10,Q,N),S.insertBefore(d,Ot[u]),d}function Ga(s,u){if(o==1||u>0){let d=o==1&&E[s.scale].time,h=s.value;s.value=d?Hf(h)?Xf(te,Vf(h,H)):h||ie:h||t0,s.label=s.label||(d?jg:Xg)}if(Or||u>0){s.width=s.width==null?1:s.width,s.paths=s.paths||h0||lg,s.fillTo=le(s.fillTo||i0),s.pxAlign=+ce(s.pxAlign,C),s.pxRound=tp(s.pxAlign),s.stroke=le(s.stroke||null),s.fill=le(s.fill||null),s._stroke=s._fill=s._paths=s._focus=null;let d=n0(ht(1,s.width),1),h=s.points=Be({},{size:d,width:ht(1,d*.2),stroke:s.stroke,space:d*2,paths:g0,_stroke:null,_fill:null},s.points);h.show=le(h.show),h.filter=le(h.filter),h.fill=le(h.fill),h.stroke=le(h.stroke),h.paths=le(h.paths),h.pxAlign=s.pxAlign}if(Ve){let d=cl(s,u);De.splice(u,0,d[0]),rn.splice(u,0,d[1]),ne.values.push(null)}if(ct){ye.splice(u,0,null);let d=null;Or?u==0&&(d=Wa(s,u)):u>0&&(d=Wa(s,u)),Ot.splice(u,0,d),Nr.splice(u,0,0),Ir.splice(u,0,0)}tt("addSeries",u)}function Xd(s,u){u=u??x.length,s=o==1?Zs(s,u,Jf,Qf):Zs(s,u,{},Zf),x.splice(u,0,s),Ga(x[u],u)}r.addSeries=Xd;function jd(s){if(x.splice(s,1),Ve){ne.values.splice(s,1),rn.splice(s,1);let u=De.splice(s,1)[0];Pr(null,u.firstChild),u.remove()}ct&&(ye.splice(s,1),Ot.splice(s,1)[0].remove(),Nr.splice(s,1),Ir.splice(s,1)),tt("delSeries",s)}r.delSeries=jd;let cr=[!1,!1,!1,!1];function Jd(s,u){if(s._show=s.show,s.show){let d=s.side%2,h=E[s.scale];h==null&&(s.scale=d?x[1].scale:P,h=E[s.scale]);let v=h.time;s.size=le(s.size),s.space=le(s.space),s.rotate=le(s.rotate),Zn(s.incrs)&&s.incrs.forEach(w=>{!Qn.has(w)&&Qn.set(w,mp(w))}),s.incrs=le(s.incrs||(h.distr==2?Rg:v?A==1?Mg:Lg:wr)),s.splits=le(s.splits||(v&&h.distr==1?Ke:h.distr==3?Js:h.distr==4?Kg:Yg)),s.stroke=le(s.stroke),s.grid.stroke=le(s.grid.stroke),s.ticks.stroke=le(s.ticks.stroke),s.border.stroke=le(s.border.stroke);let y=s.values;s.values=Zn(y)&&!Zn(y[0])?le(y):v?Zn(y)?Bf(te,Gf(y,H)):Hf(y)?Og(te,y):y||be:y||Jg,s.filter=le(s.filter||(h.distr>=3&&h.log==10?Qg:h.distr==3&&h.log==2?e0:pp)),s.font=lp(s.font),s.labelFont=lp(s.labelFont),s._size=s.size(r,null,u,0),s._space=s._rotate=s._incrs=s._found=s._splits=s._values=null,s._size>0&&(cr[u]=!0,s._el=$t(Ih,m))}}function Co(s,u,d,h){let[v,y,w,k]=d,R=u%2,L=0;return R==0&&(k||y)&&(L=u==0&&!v||u==2&&!w?Je(jf.size/3):0),R==1&&(v||w)&&(L=u==1&&!y||u==3&&!k?Je(Kf.size/2):0),L}let Ba=r.padding=(e.padding||[Co,Co,Co,Co]).map(s=>le(ce(s,Co))),Nn=r._padding=Ba.map((s,u)=>s(r,u,cr,0)),lt,qe=null,Ze=null,dl=o==1?x[0].idxs:null,Xt=null,Mo=!1;function Va(s,u){if(t=s??[],r.data=r._data=t,o==2){lt=0;for(let d=1;d<x.length;d++)lt+=t[d][0].length}else{t.length==0&&(r.data=r._data=t=[[]]),Xt=t[0],lt=Xt.length;let d=t;if(K==2){d=t.slice();let h=d[0]=Array(lt);for(let v=0;v<lt;v++)h[v]=v}r._data=t=d}if(Hr(!0),tt("setData"),K==2&&(Fr=!0),u!==!1){let d=T;d.auto(r,Mo)?zi():Un(P,d.min,d.max),ar=ar||W.left>=0,Dt=!0,zr()}}r.setData=Va;function zi(){Mo=!0;let s,u;o==1&&(lt>0?(qe=dl[0]=0,Ze=dl[1]=lt-1,s=t[0][qe],u=t[0][Ze],K==2?(s=qe,u=Ze):s==u&&(K==3?[s,u]=mi(s,s,T.log,!1):K==4?[s,u]=na(s,s,T.log,!1):T.time?u=s+Je(86400/A):[s,u]=fi(s,u,ra,!0))):(qe=dl[0]=s=null,Ze=dl[1]=u=null)),Un(P,s,u)}let ml,Ur,$i,Wi,Gi,Bi,Vi,Xi,ji,bt;function Xa(s,u,d,h,v,y){s??=wf,d??=la,h??="butt",v??=wf,y??="round",s!=ml&&(g.strokeStyle=ml=s),v!=Ur&&(g.fillStyle=Ur=v),u!=$i&&(g.lineWidth=$i=u),y!=Gi&&(g.lineJoin=Gi=y),h!=Bi&&(g.lineCap=Bi=h),d!=Wi&&g.setLineDash(Wi=d)}function ja(s,u,d,h){u!=Ur&&(g.fillStyle=Ur=u),s!=Vi&&(g.font=Vi=s),d!=Xi&&(g.textAlign=Xi=d),h!=ji&&(g.textBaseline=ji=h)}function Ji(s,u,d,h,v=0){if(h.length>0&&s.auto(r,Mo)&&(u==null||u.min==null)){let y=ce(qe,0),w=ce(Ze,h.length-1),k=d.min==null?Qh(h,y,w,v,s.distr==3):[d.min,d.max];s.min=nn(s.min,d.min=k[0]),s.max=ht(s.max,d.max=k[1])}}let Ja={min:null,max:null};function Yd(){for(let h in E){let v=E[h];$[h]==null&&(v.min==null||$[P]!=null&&v.auto(r,Mo))&&($[h]=Ja)}for(let h in E){let v=E[h];$[h]==null&&v.from!=null&&$[v.from]!=null&&($[h]=Ja)}$[P]!=null&&Hr(!0);let s={};for(let h in $){let v=$[h];if(v!=null){let y=s[h]=bo(E[h],ag);if(v.min!=null)Be(y,v);else if(h!=P||o==2)if(lt==0&&y.from==null){let w=y.range(r,null,null,h);y.min=w[0],y.max=w[1]}else y.min=we,y.max=-we}}if(lt>0){x.forEach((h,v)=>{if(o==1){let y=h.scale,w=$[y];if(w==null)return;let k=s[y];if(v==0){let R=k.range(r,k.min,k.max,y);k.min=R[0],k.max=R[1],qe=tn(k.min,t[0]),Ze=tn(k.max,t[0]),Ze-qe>1&&(t[0][qe]<k.min&&qe++,t[0][Ze]>k.max&&Ze--),h.min=Xt[qe],h.max=Xt[Ze]}else h.show&&h.auto&&Ji(k,w,h,t[v],h.sorted);h.idxs[0]=qe,h.idxs[1]=Ze}else if(v>0&&h.show&&h.auto){let[y,w]=h.facets,k=y.scale,R=w.scale,[L,D]=t[v],I=s[k],J=s[R];I!=null&&Ji(I,$[k],y,L,y.sorted),J!=null&&Ji(J,$[R],w,D,w.sorted),h.min=w.min,h.max=w.max}});for(let h in s){let v=s[h],y=$[h];if(v.from==null&&(y==null||y.min==null)){let w=v.range(r,v.min==we?null:v.min,v.max==-we?null:v.max,h);v.min=w[0],v.max=w[1]}}}for(let h in s){let v=s[h];if(v.from!=null){let y=s[v.from];if(y.min==null)v.min=v.max=null;else{let w=v.range(r,y.min,y.max,h);v.min=w[0],v.max=w[1]}}}let u={},d=!1;for(let h in s){let v=s[h],y=E[h];if(y.min!=v.min||y.max!=v.max){y.min=v.min,y.max=v.max;let w=y.distr;y._min=w==3?Fn(y.min):w==4?Hs(y.min,y.asinh):w==100?y.fwd(y.min):y.min,y._max=w==3?Fn(y.max):w==4?Hs(y.max,y.asinh):w==100?y.fwd(y.max):y.max,u[h]=d=!0}}if(d){x.forEach((h,v)=>{o==2?v>0&&u.y&&(h._paths=null):u[h.scale]&&(h._paths=null)});for(let h in u)Fr=!0,tt("setScale",h);ct&&W.left>=0&&(ar=Dt=!0)}for(let h in $)$[h]=null}function Kd(s){let u=js(qe-1,0,lt-1),d=js(Ze+1,0,lt-1);for(;s[u]==null&&u>0;)u--;for(;s[d]==null&&d<lt-1;)d++;return[u,d]}function qd(){if(lt>0){let s=x.some(u=>u._focus)&&bt!=ln.alpha;s&&(g.globalAlpha=bt=ln.alpha),x.forEach((u,d)=>{if(d>0&&u.show&&(Ya(d,!1),Ya(d,!0),u._paths==null)){let h=bt;bt!=u.alpha&&(g.globalAlpha=bt=u.alpha);let v=o==2?[0,t[d][0].length-1]:Kd(t[d]);u._paths=u.paths(r,d,v[0],v[1]),bt!=h&&(g.globalAlpha=bt=h)}}),x.forEach((u,d)=>{if(d>0&&u.show){let h=bt;bt!=u.alpha&&(g.globalAlpha=bt=u.alpha),u._paths!=null&&Ka(d,!1);{let v=u._paths!=null?u._paths.gaps:null,y=u.points.show(r,d,qe,Ze,v),w=u.points.filter(r,d,y,v);(y||w)&&(u.points._paths=u.points.paths(r,d,qe,Ze,w),Ka(d,!0))}bt!=h&&(g.globalAlpha=bt=h),tt("drawSeries",d)}}),s&&(g.globalAlpha=bt=1)}}function Ya(s,u){let d=u?x[s].points:x[s];d._stroke=d.stroke(r,s),d._fill=d.fill(r,s)}function Ka(s,u){let d=u?x[s].points:x[s],{stroke:h,fill:v,clip:y,flags:w,_stroke:k=d._stroke,_fill:R=d._fill,_width:L=d.width}=d._paths;L=Se(L*pe,3);let D=null,I=L%2/2;u&&R==null&&(R=L>0?"#fff":k);let J=d.pxAlign==1&&I>0;if(J&&g.translate(I,I),!u){let fe=wt-L/2,ue=Ft-L/2,re=gt+L,X=Vt+L;D=new Path2D,D.rect(fe,ue,re,X)}u?Yi(k,L,d.dash,d.cap,R,h,v,w,y):Zd(s,k,L,d.dash,d.cap,R,h,v,w,D,y),J&&g.translate(-I,-I)}function Zd(s,u,d,h,v,y,w,k,R,L,D){let I=!1;R!=0&&B.forEach((J,fe)=>{if(J.series[0]==s){let ue=x[J.series[1]],re=t[J.series[1]],X=(ue._paths||tl).band;Zn(X)&&(X=J.dir==1?X[0]:X[1]);let G,Re=null;ue.show&&X&&tg(re,qe,Ze)?(Re=J.fill(r,fe)||y,G=ue._paths.clip):X=null,Yi(u,d,h,v,Re,w,k,R,L,D,G,X),I=!0}}),I||Yi(u,d,h,v,y,w,k,R,L,D)}let qa=vo|Ks;function Yi(s,u,d,h,v,y,w,k,R,L,D,I){Xa(s,u,d,h,v),(R||L||I)&&(g.save(),R&&g.clip(R),L&&g.clip(L)),I?(k&qa)==qa?(g.clip(I),D&&g.clip(D),gl(v,w),hl(s,y,u)):k&Ks?(gl(v,w),g.clip(I),hl(s,y,u)):k&vo&&(g.save(),g.clip(I),D&&g.clip(D),gl(v,w),g.restore(),hl(s,y,u)):(gl(v,w),hl(s,y,u)),(R||L||I)&&g.restore()}function hl(s,u,d){d>0&&(u instanceof Map?u.forEach((h,v)=>{g.strokeStyle=ml=v,g.stroke(h)}):u!=null&&s&&g.stroke(u))}function gl(s,u){u instanceof Map?u.forEach((d,h)=>{g.fillStyle=Ur=h,g.fill(d)}):u!=null&&s&&g.fill(u)}function Qd(s,u,d,h){let v=F[s],y;if(h<=0)y=[0,0];else{let w=v._space=v.space(r,s,u,d,h),k=v._incrs=v.incrs(r,s,u,d,h,w);y=w0(u,d,k,h,w)}return v._found=y}function Ki(s,u,d,h,v,y,w,k,R,L){let D=w%2/2;C==1&&g.translate(D,D),Xa(k,w,R,L,k),g.beginPath();let I,J,fe,ue,re=v+(h==0||h==3?-y:y);d==0?(J=v,ue=re):(I=v,fe=re);for(let X=0;X<s.length;X++)u[X]!=null&&(d==0?I=fe=s[X]:J=ue=s[X],g.moveTo(I,J),g.lineTo(fe,ue));g.stroke(),C==1&&g.translate(-D,-D)}function em(s){let u=!0;return F.forEach((d,h)=>{if(!d.show)return;let v=E[d.scale];if(v.min==null){d._show&&(u=!1,d._show=!1,Hr(!1));return}else d._show||(u=!1,d._show=!0,Hr(!1));let y=d.side,w=y%2,{min:k,max:R}=v,[L,D]=Qd(h,k,R,w==0?Q:N);if(D==0)return;let I=v.distr==2,J=d._splits=d.splits(r,h,k,R,L,D,I),fe=v.distr==2?J.map(G=>Xt[G]):J,ue=v.distr==2?Xt[J[1]]-Xt[J[0]]:L,re=d._values=d.values(r,d.filter(r,fe,h,D,ue),h,D,ue);d._rotate=y==2?d.rotate(r,re,h,D):0;let X=d._size;d._size=Wt(d.size(r,re,h,s)),X!=null&&d._size!=X&&(u=!1)}),u}function tm(s){let u=!0;return Ba.forEach((d,h)=>{let v=d(r,h,cr,s);v!=Nn[h]&&(u=!1),Nn[h]=v}),u}function nm(){for(let s=0;s<F.length;s++){let u=F[s];if(!u.show||!u._show)continue;let d=u.side,h=d%2,v,y,w=u.stroke(r,s),k=d==0||d==3?-1:1,[R,L]=u._found;if(u.label!=null){let dt=u.labelGap*k,Et=Je((u._lpos+dt)*pe);ja(u.labelFont[0],w,"center",d==2?"top":xf),g.save(),h==1?(v=y=0,g.translate(Et,Je(Ft+Vt/2)),g.rotate((d==3?-ui:ui)/2)):(v=Je(wt+gt/2),y=Et);let dr=cp(u.label)?u.label(r,s,R,L):u.label;g.fillText(dr,v,y),g.restore()}if(L==0)continue;let D=E[u.scale],I=h==0?gt:Vt,J=h==0?wt:Ft,fe=u._splits,ue=D.distr==2?fe.map(dt=>Xt[dt]):fe,re=D.distr==2?Xt[fe[1]]-Xt[fe[0]]:R,X=u.ticks,G=u.border,Re=X.show?X.size:0,Ne=Je(Re*pe),nt=Je((u.alignTo==2?u._size-Re-u.gap:u.gap)*pe),_e=u._rotate*-ui/180,Ie=M(u._pos*pe),St=(Ne+nt)*k,pt=Ie+St;y=h==0?pt:0,v=h==1?pt:0;let Nt=u.font[0],jt=u.align==1?fo:u.align==2?Ns:_e>0?fo:_e<0?Ns:h==0?"center":d==3?Ns:fo,un=_e||h==1?"middle":d==2?"top":xf;ja(Nt,w,jt,un);let kt=u.font[1]*u.lineGap,It=fe.map(dt=>M(a(dt,D,I,J))),Jt=u._values;for(let dt=0;dt<Jt.length;dt++){let Et=Jt[dt];if(Et!=null){h==0?v=It[dt]:y=It[dt],Et=""+Et;let dr=Et.indexOf(`
`)==-1?[Et]:Et.split(/\n/gm);for(let mt=0;mt<dr.length;mt++){let gu=dr[mt];_e?(g.save(),g.translate(v,y+mt*kt),g.rotate(_e),g.fillText(gu,0,0),g.restore()):g.fillText(gu,v,y+mt*kt)}}}X.show&&Ki(It,X.filter(r,ue,s,L,re),h,d,Ie,Ne,Se(X.width*pe,3),X.stroke(r,s),X.dash,X.cap);let cn=u.grid;cn.show&&Ki(It,cn.filter(r,ue,s,L,re),h,h==0?2:1,h==0?Ft:wt,h==0?Vt:gt,Se(cn.width*pe,3),cn.stroke(r,s),cn.dash,cn.cap),G.show&&Ki([Ie],[1],h==0?1:0,h==0?1:2,h==1?Ft:wt,h==1?Vt:gt,Se(G.width*pe,3),G.stroke(r,s),G.dash,G.cap)}tt("drawAxes")}function Hr(s){x.forEach((u,d)=>{d>0&&(u._paths=null,s&&(o==1?(u.min=null,u.max=null):u.facets.forEach(h=>{h.min=null,h.max=null})))})}let bl=!1,qi=!1,Ao=[];function rm(){qi=!1;for(let s=0;s<Ao.length;s++)tt(...Ao[s]);Ao.length=0}function zr(){bl||(hg(Za),bl=!0)}function om(s,u=!1){bl=!0,qi=u,s(r),Za(),u&&Ao.length>0&&queueMicrotask(rm)}r.batch=om;function Za(){if(Ui&&(Yd(),Ui=!1),Fr&&(Wd(),Fr=!1),fl){if(Ce(_,fo,ke),Ce(_,"top",Xe),Ce(_,qo,Q),Ce(_,Zo,N),Ce(S,fo,ke),Ce(S,"top",Xe),Ce(S,qo,Q),Ce(S,Zo,N),Ce(m,qo,_n),Ce(m,Zo,lr),b.width=Je(_n*pe),b.height=Je(lr*pe),F.forEach(({_el:s,_show:u,_size:d,_pos:h,side:v})=>{if(s!=null)if(u){let y=v===3||v===0?d:0,w=v%2==1;Ce(s,w?"left":"top",h-y),Ce(s,w?"width":"height",d),Ce(s,w?"top":"left",w?Xe:ke),Ce(s,w?"height":"width",w?N:Q),Vs(s,Sr)}else Mt(s,Sr)}),ml=Ur=$i=Gi=Bi=Vi=Xi=ji=Wi=null,bt=1,Fo(!0),ke!=Lr||Xe!=ir||Q!=on||N!=sr){Hr(!1);let s=Q/on,u=N/sr;if(ct&&!ar&&W.left>=0){W.left*=s,W.top*=u,$r&&vn($r,Je(W.left),0,Q,N),Wr&&vn(Wr,0,Je(W.top),Q,N);for(let d=0;d<Ot.length;d++){let h=Ot[d];h!=null&&(Nr[d]*=s,Ir[d]*=u,vn(h,Wt(Nr[d]),Wt(Ir[d]),Q,N))}}if(Te.show&&!pl&&Te.left>=0&&Te.width>0){Te.left*=s,Te.width*=s,Te.top*=u,Te.height*=u;for(let d in rs)Ce(Vr,d,Te[d])}Lr=ke,ir=Xe,on=Q,sr=N}tt("setSize"),fl=!1}_n>0&&lr>0&&(g.clearRect(0,0,b.width,b.height),tt("drawClear"),O.forEach(s=>s()),tt("draw")),Te.show&&pl&&(vl(Te),pl=!1),ct&&ar&&(pr(null,!0,!1),ar=!1),ne.show&&ne.live&&Dt&&(ts(),Dt=!1),f||(f=!0,r.status=1,tt("ready")),Mo=!1,bl=!1}r.redraw=(s,u)=>{Fr=u||!1,s!==!1?Un(P,T.min,T.max):zr()};function Zi(s,u){let d=E[s];if(d.from==null){if(lt==0){let h=d.range(r,u.min,u.max,s);u.min=h[0],u.max=h[1]}if(u.min>u.max){let h=u.min;u.min=u.max,u.max=h}if(lt>1&&u.min!=null&&u.max!=null&&u.max-u.min<1e-16)return;s==P&&d.distr==2&&lt>0&&(u.min=tn(u.min,t[0]),u.max=tn(u.max,t[0]),u.min==u.max&&u.max++),$[s]=u,Ui=!0,zr()}}r.setScale=Zi;let Qi,es,$r,Wr,Qa,eu,Gr,Br,tu,nu,Ee,Ae,In=!1,it=W.drag,Qe=it.x,et=it.y;ct&&(W.x&&(Qi=$t(Hh,S)),W.y&&(es=$t(zh,S)),T.ori==0?($r=Qi,Wr=es):($r=es,Wr=Qi),Ee=W.left,Ae=W.top);let Te=r.select=Be({show:!0,over:!0,left:0,width:0,top:0,height:0},e.select),Vr=Te.show?$t(Uh,Te.over?S:_):null;function vl(s,u){if(Te.show){for(let d in s)Te[d]=s[d],d in rs&&Ce(Vr,d,s[d]);u!==!1&&tt("setSelect")}}r.setSelect=vl;function lm(s){if(x[s].show)Ve&&Vs(De[s],Sr);else if(Ve&&Mt(De[s],Sr),ct){let d=Or?Ot[0]:Ot[s];d!=null&&vn(d,-10,-10,Q,N)}}function Un(s,u,d){Zi(s,{min:u,max:d})}function sn(s,u,d,h){u.focus!=null&&cm(s),u.show!=null&&x.forEach((v,y)=>{y>0&&(s==y||s==null)&&(v.show=u.show,lm(y),o==2?(Un(v.facets[0].scale,null,null),Un(v.facets[1].scale,null,null)):Un(v.scale,null,null),zr())}),d!==!1&&tt("setSeries",s,u),h&&Do("setSeries",r,s,u)}r.setSeries=sn;function im(s,u){Be(B[s],u)}function sm(s,u){s.fill=le(s.fill||null),s.dir=ce(s.dir,-1),u=u??B.length,B.splice(u,0,s)}function am(s){s==null?B.length=0:B.splice(s,1)}r.addBand=sm,r.setBand=im,r.delBand=am;function um(s,u){x[s].alpha=u,ct&&Ot[s]!=null&&(Ot[s].style.opacity=u),Ve&&De[s]&&(De[s].style.opacity=u)}let xn,Hn,fr,Xr={focus:!0};function cm(s){if(s!=fr){let u=s==null,d=ln.alpha!=1;x.forEach((h,v)=>{if(o==1||v>0){let y=u||v==0||v==s;h._focus=u?null:y,d&&um(v,y?1:ln.alpha)}}),fr=s,d&&zr()}}Ve&&Dr&&ft(Ef,de,s=>{W._lock||(ur(s),fr!=null&&sn(null,Xr,!0,$e.setSeries))});function an(s,u,d){let h=E[u];d&&(s=s/pe-(h.ori==1?Xe:ke));let v=Q;h.ori==1&&(v=N,s=v-s),h.dir==-1&&(s=v-s);let y=h._min,w=h._max,k=s/v,R=y+(w-y)*k,L=h.distr;return L==3?ho(10,R):L==4?rg(R,h.asinh):L==100?h.bwd(R):R}function fm(s,u){let d=an(s,P,u);return tn(d,t[0],qe,Ze)}r.valToIdx=s=>tn(s,t[0]),r.posToIdx=fm,r.posToVal=an,r.valToPos=(s,u,d)=>E[u].ori==0?l(s,E[u],d?gt:Q,d?wt:0):i(s,E[u],d?Vt:N,d?Ft:0),r.setCursor=(s,u,d)=>{Ee=s.left,Ae=s.top,pr(null,u,d)};function ru(s,u){Ce(Vr,fo,Te.left=s),Ce(Vr,qo,Te.width=u)}function ou(s,u){Ce(Vr,"top",Te.top=s),Ce(Vr,Zo,Te.height=u)}let Po=T.ori==0?ru:ou,Lo=T.ori==1?ru:ou;function pm(){if(Ve&&ne.live)for(let s=o==2?1:0;s<x.length;s++){if(s==0&&Lt)continue;let u=ne.values[s],d=0;for(let h in u)rn[s][d++].firstChild.nodeValue=u[h]}}function ts(s,u){if(s!=null&&(s.idxs?s.idxs.forEach((d,h)=>{ye[h]=d}):sg(s.idx)||ye.fill(s.idx),ne.idx=ye[0]),Ve&&ne.live){for(let d=0;d<x.length;d++)(d>0||o==1&&!Lt)&&dm(d,ye[d]);pm()}Dt=!1,u!==!1&&tt("setLegend")}r.setLegend=ts;function dm(s,u){let d=x[s],h=s==0&&K==2?Xt:t[s],v;Lt?v=d.values(r,s,u)??On:(v=d.value(r,u==null?null:h[u],s,u),v=v==null?On:{_:v}),ne.values[s]=v}function pr(s,u,d){tu=Ee,nu=Ae,[Ee,Ae]=W.move(r,Ee,Ae),W.left=Ee,W.top=Ae,ct&&($r&&vn($r,Je(Ee),0,Q,N),Wr&&vn(Wr,0,Je(Ae),Q,N));let h,v=qe>Ze;xn=we,Hn=null;let y=T.ori==0?Q:N,w=T.ori==1?Q:N;if(Ee<0||lt==0||v){h=W.idx=null;for(let k=0;k<x.length;k++){let R=Ot[k];R!=null&&vn(R,-10,-10,Q,N)}Dr&&sn(null,Xr,!0,s==null&&$e.setSeries),ne.live&&(ye.fill(h),Dt=!0)}else{let k,R,L;o==1&&(k=T.ori==0?Ee:Ae,R=an(k,P),h=W.idx=tn(R,t[0],qe,Ze),L=U(t[0][h],T,y,0));let D=-10,I=-10,J=0,fe=0,ue=!0,re="",X="";for(let G=o==2?1:0;G<x.length;G++){let Re=x[G],Ne=ye[G],nt=Ne==null?null:o==1?t[G][Ne]:t[G][1][Ne],_e=W.dataIdx(r,G,h,R),Ie=_e==null?null:o==1?t[G][_e]:t[G][1][_e];if(Dt=Dt||Ie!=nt||_e!=Ne,ye[G]=_e,G>0&&Re.show){let St=_e==null?-10:_e==h?L:U(o==1?t[0][_e]:t[G][0][_e],T,y,0),pt=Ie==null?-10:V(Ie,o==1?E[Re.scale]:E[Re.facets[1].scale],w,0);if(Dr&&Ie!=null){let Nt=T.ori==1?Ee:Ae,jt=Ye(ln.dist(r,G,_e,pt,Nt));if(jt<xn){let un=ln.bias;if(un!=0){let kt=an(Nt,Re.scale),It=Ie>=0?1:-1,Jt=kt>=0?1:-1;Jt==It&&(Jt==1?un==1?Ie>=kt:Ie<=kt:un==1?Ie<=kt:Ie>=kt)&&(xn=jt,Hn=G)}else xn=jt,Hn=G}}if(Dt||Or){let Nt,jt;T.ori==0?(Nt=St,jt=pt):(Nt=pt,jt=St);let un,kt,It,Jt,cn,dt,Et=!0,dr=at.bbox;if(dr!=null){Et=!1;let mt=dr(r,G);It=mt.left,Jt=mt.top,un=mt.width,kt=mt.height}else It=Nt,Jt=jt,un=kt=at.size(r,G);if(dt=at.fill(r,G),cn=at.stroke(r,G),Or)G==Hn&&xn<=ln.prox&&(D=It,I=Jt,J=un,fe=kt,ue=Et,re=dt,X=cn);else{let mt=Ot[G];mt!=null&&(Nr[G]=It,Ir[G]=Jt,Lf(mt,un,kt,Et),Af(mt,dt,cn),vn(mt,Wt(It),Wt(Jt),Q,N))}}}}if(Or){let G=ln.prox,Re=fr==null?xn<=G:xn>G||Hn!=fr;if(Dt||Re){let Ne=Ot[0];Ne!=null&&(Nr[0]=D,Ir[0]=I,Lf(Ne,J,fe,ue),Af(Ne,re,X),vn(Ne,Wt(D),Wt(I),Q,N))}}}if(Te.show&&In)if(s!=null){let[k,R]=$e.scales,[L,D]=$e.match,[I,J]=s.cursor.sync.scales,fe=s.cursor.drag;if(Qe=fe._x,et=fe._y,Qe||et){let{left:ue,top:re,width:X,height:G}=s.select,Re=s.scales[I].ori,Ne=s.posToVal,nt,_e,Ie,St,pt,Nt=k!=null&&L(k,I),jt=R!=null&&D(R,J);Nt&&Qe?(Re==0?(nt=ue,_e=X):(nt=re,_e=G),Ie=E[k],St=U(Ne(nt,I),Ie,y,0),pt=U(Ne(nt+_e,I),Ie,y,0),Po(nn(St,pt),Ye(pt-St))):Po(0,y),jt&&et?(Re==1?(nt=ue,_e=X):(nt=re,_e=G),Ie=E[R],St=V(Ne(nt,J),Ie,w,0),pt=V(Ne(nt+_e,J),Ie,w,0),Lo(nn(St,pt),Ye(pt-St))):Lo(0,w)}else os()}else{let k=Ye(tu-Qa),R=Ye(nu-eu);if(T.ori==1){let J=k;k=R,R=J}Qe=it.x&&k>=it.dist,et=it.y&&R>=it.dist;let L=it.uni;L!=null?Qe&&et&&(Qe=k>=L,et=R>=L,!Qe&&!et&&(R>k?et=!0:Qe=!0)):it.x&&it.y&&(Qe||et)&&(Qe=et=!0);let D,I;Qe&&(T.ori==0?(D=Gr,I=Ee):(D=Br,I=Ae),Po(nn(D,I),Ye(I-D)),et||Lo(0,w)),et&&(T.ori==1?(D=Gr,I=Ee):(D=Br,I=Ae),Lo(nn(D,I),Ye(I-D)),Qe||Po(0,y)),!Qe&&!et&&(Po(0,0),Lo(0,0))}if(it._x=Qe,it._y=et,s==null){if(d){if(hu!=null){let[k,R]=$e.scales;$e.values[0]=k!=null?an(T.ori==0?Ee:Ae,k):null,$e.values[1]=R!=null?an(T.ori==1?Ee:Ae,R):null}Do(Is,r,Ee,Ae,Q,N,h)}if(Dr){let k=d&&$e.setSeries,R=ln.prox;fr==null?xn<=R&&sn(Hn,Xr,!0,k):xn>R?sn(null,Xr,!0,k):Hn!=fr&&sn(Hn,Xr,!0,k)}}Dt&&(ne.idx=h,ts()),u!==!1&&tt("setCursor")}let zn=null;Object.defineProperty(r,"rect",{get(){return zn==null&&Fo(!1),zn}});function Fo(s=!1){s?zn=null:(zn=S.getBoundingClientRect(),tt("syncRect",zn))}function lu(s,u,d,h,v,y,w){W._lock||In&&s!=null&&s.movementX==0&&s.movementY==0||(ns(s,u,d,h,v,y,w,!1,s!=null),s!=null?pr(null,!0,!0):pr(u,!0,!1))}function ns(s,u,d,h,v,y,w,k,R){if(zn==null&&Fo(!1),ur(s),s!=null)d=s.clientX-zn.left,h=s.clientY-zn.top;else{if(d<0||h<0){Ee=-10,Ae=-10;return}let[L,D]=$e.scales,I=u.cursor.sync,[J,fe]=I.values,[ue,re]=I.scales,[X,G]=$e.match,Re=u.axes[0].side%2==1,Ne=T.ori==0?Q:N,nt=T.ori==1?Q:N,_e=Re?y:v,Ie=Re?v:y,St=Re?h:d,pt=Re?d:h;if(ue!=null?d=X(L,ue)?a(J,E[L],Ne,0):-10:d=Ne*(St/_e),re!=null?h=G(D,re)?a(fe,E[D],nt,0):-10:h=nt*(pt/Ie),T.ori==1){let Nt=d;d=h,h=Nt}}R&&(u==null||u.cursor.event.type==Is)&&((d<=1||d>=Q-1)&&(d=xr(d,Q)),(h<=1||h>=N-1)&&(h=xr(h,N))),k?(Qa=d,eu=h,[Gr,Br]=W.move(r,d,h)):(Ee=d,Ae=h)}let rs={width:0,height:0,left:0,top:0};function os(){vl(rs,!1)}let iu,su,au,uu;function cu(s,u,d,h,v,y,w){In=!0,Qe=et=it._x=it._y=!1,ns(s,u,d,h,v,y,w,!0,!1),s!=null&&(ft(Us,Gs,fu,!1),Do(Sf,r,Gr,Br,Q,N,null));let{left:k,top:R,width:L,height:D}=Te;iu=k,su=R,au=L,uu=D}function fu(s,u,d,h,v,y,w){In=it._x=it._y=!1,ns(s,u,d,h,v,y,w,!1,!0);let{left:k,top:R,width:L,height:D}=Te,I=L>0||D>0,J=iu!=k||su!=R||au!=L||uu!=D;if(I&&J&&vl(Te),it.setScale&&I&&J){let fe=k,ue=L,re=R,X=D;if(T.ori==1&&(fe=R,ue=D,re=k,X=L),Qe&&Un(P,an(fe,P),an(fe+ue,P)),et)for(let G in E){let Re=E[G];G!=P&&Re.from==null&&Re.min!=we&&Un(G,an(re+X,G),an(re,G))}os()}else W.lock&&(W._lock=!W._lock,pr(u,!0,s!=null));s!=null&&(Pr(Us,Gs),Do(Us,r,Ee,Ae,Q,N,null))}function mm(s,u,d,h,v,y,w){if(W._lock)return;ur(s);let k=In;if(In){let R=!0,L=!0,D=10,I,J;T.ori==0?(I=Qe,J=et):(I=et,J=Qe),I&&J&&(R=Ee<=D||Ee>=Q-D,L=Ae<=D||Ae>=N-D),I&&R&&(Ee=Ee<Gr?0:Q),J&&L&&(Ae=Ae<Br?0:N),pr(null,!0,!0),In=!1}Ee=-10,Ae=-10,ye.fill(null),pr(null,!0,!0),k&&(In=k)}function pu(s,u,d,h,v,y,w){W._lock||(ur(s),zi(),os(),s!=null&&Do(Tf,r,Ee,Ae,Q,N,null))}function du(){F.forEach(S0),Hi(r.width,r.height,!0)}kr(ci,mo,du);let jr={};jr.mousedown=cu,jr.mousemove=lu,jr.mouseup=fu,jr.dblclick=pu,jr.setSeries=(s,u,d,h)=>{let v=$e.match[2];d=v(r,u,d),d!=-1&&sn(d,h,!0,!1)},ct&&(ft(Sf,S,cu),ft(Is,S,lu),ft(kf,S,s=>{ur(s),Fo(!1)}),ft(Ef,S,mm),ft(Tf,S,pu),qs.add(r),r.syncRect=Fo);let yl=r.hooks=e.hooks||{};function tt(s,u,d){qi?Ao.push([s,u,d]):s in yl&&yl[s].forEach(h=>{h.call(null,r,u,d)})}(e.plugins||[]).forEach(s=>{for(let u in s.hooks)yl[u]=(yl[u]||[]).concat(s.hooks[u])});let mu=(s,u,d)=>d,$e=Be({key:null,setSeries:!1,filters:{pub:If,sub:If},scales:[P,x[1]?x[1].scale:null],match:[Uf,Uf,mu],values:[null,null]},W.sync);$e.match.length==2&&$e.match.push(mu),W.sync=$e;let hu=$e.key,ls=Dp(hu);function Do(s,u,d,h,v,y,w){$e.filters.pub(s,u,d,h,v,y,w)&&ls.pub(s,u,d,h,v,y,w)}ls.sub(r);function hm(s,u,d,h,v,y,w){$e.filters.sub(s,u,d,h,v,y,w)&&jr[s](null,u,d,h,v,y,w)}r.pub=hm;function gm(){ls.unsub(r),qs.delete(r),or.clear(),Xs(ci,mo,du),p.remove(),de?.remove(),tt("destroy")}r.destroy=gm;function is(){tt("init",e,t),Va(t||e.data,!1),$[P]?Zi(P,$[P]):zi(),pl=Te.show&&(Te.width>0||Te.height>0),ar=Dt=!0,Hi(e.width,e.height)}return x.forEach(Ga),F.forEach(Jd),n?n instanceof HTMLElement?(n.appendChild(p),is()):n(r,is):is(),r}st.assign=Be;st.fmtNum=oa;st.rangeNum=fi;st.rangeLog=mi;st.rangeAsinh=na;st.orient=Tr;st.pxRatio=pe;st.join=mg;st.fmtDate=ia,st.tzDate=Eg;st.sync=Dp;{st.addGap=s0,st.clipGaps=bi;let e=st.paths={points:zp};e.linear=Wp,e.stepped=c0,e.bars=f0,e.spline=d0}var k0=0;function c(e,t,n,r,o,l){t||(t={});var i,a,f=t;if("ref"in f)for(a in f={},t)a=="ref"?i=t[a]:f[a]=t[a];var p={type:e,props:f,key:n,ref:i,__k:null,__:null,__b:0,__e:null,__c:null,constructor:void 0,__v:--k0,__i:-1,__u:0,__source:o,__self:l};if(typeof e=="function"&&(i=e.defaultProps))for(a in i)f[a]===void 0&&(f[a]=i[a]);return se.vnode&&se.vnode(p),p}var Xp=112,E0={light:["#1976d2","#d9480f","#00796b","#9334e6","#b8860b","#e52592","#425066"],dark:["#42a5f5","#ff8a50","#4db6ac","#b388ff","#ffca28","#f06292","#8e98a3"]},jp=({colour:e})=>{let t=E0[yr.value?"dark":"light"];return t[e%t.length]??"currentColor"};function T0(e,t){let n=[t[0]??0,t.at(-1)??1,...e.curves.flatMap(({xs:l})=>[l[0]??0,l.at(-1)??0])],r=Math.min(...n),o=Math.max(...n);return o>r?[r,o]:[r-1,o+1]}function R0(e,t,n){let r=getComputedStyle(document.documentElement),o=r.getPropertyValue("--text-2").trim(),l=r.getPropertyValue("--grid").trim(),i={stroke:o,font:"11px Roboto, system-ui, sans-serif",grid:{stroke:l,width:1},ticks:{show:!1}};return{width:n,height:Xp,padding:[6,8,0,0],legend:{show:!1},cursor:{drag:{x:!1,y:!1},points:{size:5},y:!1},scales:{x:{time:!1,range:T0(e,t)}},axes:[{...i,size:18,gap:2,space:60},{...i,size:42,gap:4,space:24}],series:[{},...e.curves.map(a=>({label:a.name,stroke:jp(a),width:a.dashed?1:1.5,spanGaps:!0,points:{show:!a.dashed&&a.xs.length<2},...a.dashed?{dash:[4,4]}:{}}))]}}function C0(e,t){let n=e.over,r=a=>{let{left:f}=n.getBoundingClientRect();An(to(e.posToVal(a.clientX-f,"x"),t))},o=a=>{a.button===0&&(n.setPointerCapture(a.pointerId),Le.value=!1,r(a))},l=a=>{n.hasPointerCapture(a.pointerId)&&r(a)},i=()=>An(Math.round(he.peek()));return n.addEventListener("pointerdown",o),n.addEventListener("pointermove",l),n.addEventListener("pointerup",i),()=>{n.removeEventListener("pointerdown",o),n.removeEventListener("pointermove",l),n.removeEventListener("pointerup",i)}}function M0(e,t,n){let{xs:r,columns:o}=Oc(t.curves),l=new st(R0(t,n,e.clientWidth||300),[r,...o],e),i=document.createElement("div");i.className="playhead",l.over.append(i);let a=()=>{let b=l.valToPos(Hc(he.value,n),"x");i.style.transform=`translateX(${b-1}px)`},f=new ResizeObserver(()=>{e.clientWidth!==0&&(l.setSize({width:e.clientWidth,height:Xp}),a())});f.observe(e);let p=[xe(a),C0(l,n),()=>f.disconnect(),()=>l.destroy()];return()=>{for(let b of p)b()}}function da({chart:e,steps:t}){let n=ut(null),r=yr.value,o=Tt(()=>Nc(e,_t.value??0)).value;return rt(()=>n.current===null?void 0:M0(n.current,e,t),[e,t,r]),c("figure",{class:"chart",children:[c("figcaption",{children:[c("span",{class:"chart-title",children:e.title}),e.curves.map((l,i)=>!l.dashed&&c("span",{class:"reading",style:{"--series":jp(l)},children:[e.curves.length>1&&c("span",{class:"reading-name",children:l.name})," ",o[i]]},l.name))]}),c("div",{ref:n,class:"plot",role:"img","aria-label":`${e.title} by step; press or drag to go to a step`})]})}function A0({metric:e,split:t,value:n}){let r=Ts(n,t,e),o=e.chance?.[t];return c("td",{class:r?"close":"",children:[Qr(n),o!=null&&c("span",{class:"chance",children:r?`\u2248 chance ${Qr(o)}`:`chance ${Qr(o)}`})]})}function Jp({metrics:e,splits:t,table:n,caption:r}){return e.length===0?null:c("table",{class:"fidelity-table",children:[c("thead",{children:c("tr",{children:[c("th",{scope:"col",children:r}),t.map(o=>c("th",{scope:"col",children:o},o))]})}),c("tbody",{children:e.map(o=>c("tr",{children:[c("th",{scope:"row",children:c("details",{children:[c("summary",{title:o.description,children:[o.label,c("span",{class:"better","aria-label":`${o.better} is better`,children:o.better==="higher"?"\u2191":"\u2193"})]}),c("p",{children:o.description})]})}),t.map(l=>c(A0,{metric:o,split:l,value:n[o.metric]?.[l]??null},l))]},o.metric))})]})}function Yp({reel:e}){let{film:t}=e,n=t.steps[zt.value],r=Rs(t),o=Bl(t),l=Gc(t),i=n===void 0?null:Vc(t,n);return c("section",{class:"fidelity","aria-label":"How faithful is this picture",children:[c("h2",{children:"How faithful is this picture?"}),i!==null&&c("p",{class:"headline",children:i}),c(Jp,{metrics:o,splits:r,table:n?.fidelity??{},caption:`Step ${n?.step??""}`}),c(Jp,{metrics:l,splits:r,table:t.fidelity??{},caption:"Whole film"}),o.length+l.length===0&&c("p",{class:"faint",children:Wl.value?"A preview is not measured; the fitted film will be.":"This film was not measured."}),c("p",{class:"source",children:Xc(t.territory)})]})}var P0={play:"M4 2.5v11l9-5.5z",pause:"M4 2.5h3v11H4zM9 2.5h3v11H9z",first:"M3 3h2v10H3zM13 3v10L6 8z",previous:"M11 3v10L4 8z",next:"M5 3v10l7-5z",last:"M3 3v10l7-5zM11 3h2v10h-2z",loop:"M4.5 4H11V1.8L14.2 5 11 8.2V6H5v2.5H3V5.5A1.5 1.5 0 0 1 4.5 4zM11.5 12H5v2.2L1.8 11 5 7.8V10h6V7.5h2v3a1.5 1.5 0 0 1-1.5 1.5z",fit:"M2 2h4v1.6H3.6V6H2zM10 2h4v4h-1.6V3.6H10zM2 10h1.6v2.4H6V14H2zM12.4 10H14v4h-4v-1.6h2.4z",panel:"M2 2.5h12v11H2zm1.5 1.5v8H9V4zm7 0v8h2V4z",close:"M3.5 2.4 8 6.9l4.5-4.5 1.1 1.1L9.1 8l4.5 4.5-1.1 1.1L8 9.1l-4.5 4.5-1.1-1.1L6.9 8 2.4 3.5z",tune:"M2 4h7v1.5H2zM11 2.8h1.5v4H11zM13 4h1v1.5h-1zM2 10.5h2V12H2zM5 9.2h1.5v4H5zM7.5 10.5H14V12H7.5z"};function Gt({name:e}){return c("svg",{class:"icon",viewBox:"0 0 16 16","aria-hidden":"true",children:c("path",{d:P0[e],"fill-rule":"evenodd"})})}var L0=13;function Kp({title:e,choices:t}){return t.length===0?null:c("fieldset",{children:[c("legend",{children:e}),t.map(({key:n,name:r,chosen:o})=>c("label",{children:[c("input",{type:"checkbox",checked:o,onChange:({currentTarget:l})=>jc(n,l.checked)}),c("span",{children:r})]},n))]})}function F0({run:e}){let t=ut(null),n=vt("");rt(()=>{let i=a=>{let f=a.target instanceof Node&&t.current?.contains(a.target)===!0,p=a instanceof KeyboardEvent&&a.key==="Escape";t.current!==null&&(p||a.type==="pointerdown"&&!f)&&(t.current.open=!1)};return window.addEventListener("pointerdown",i),window.addEventListener("keydown",i),()=>{window.removeEventListener("pointerdown",i),window.removeEventListener("keydown",i)}},[]);let r=n.value.trim().toLowerCase(),o=Kn.value.map(i=>({key:Bn(i),name:i.run===e?i.name:`${i.name} (${i.run})`,chosen:jl(i)})).filter(({name:i})=>i.toLowerCase().includes(r)),l=Ms.value.map(({metric:i,label:a})=>({key:i,name:a,chosen:Cs(i)}));return c("details",{class:"chooser",ref:t,children:[c("summary",{"aria-label":"Choose curves",title:"Choose curves",children:[c(Gt,{name:"tune"})," Choose"]}),c("div",{class:"popover",children:[Kn.value.length>=L0&&c("input",{type:"search",placeholder:"Search scalars","aria-label":"Search scalars",value:n,onInput:({currentTarget:i})=>n.value=i.value}),c(Kp,{title:"Scalars",choices:o}),c(Kp,{title:"Fidelity",choices:l})]})]})}function qp({reel:e}){let{steps:t}=e;return c("aside",{class:"panel curves","aria-label":"Curves and fidelity",children:[c("header",{class:"panel-head",children:[c("h2",{children:"Curves"}),c(F0,{run:e.place.run})]}),uo.value!==null&&c("p",{class:"faint",role:"status",children:uo}),Kn.value.length===0&&uo.value===null&&c("p",{class:"faint",children:"No scalars were logged beside this run."}),Jc.value.map(n=>c(da,{chart:n,steps:t},n.title)),c(Yp,{reel:e}),Yc.value.map(n=>c(da,{chart:n,steps:t},n.title))]})}var xi=e=>e.fraction<.5?e.a:e.b,rl=e=>e==="label"||e==="prediction";var Zp={label:0,prediction:1,correctness:2,confidence:3},ma=0,ha=1,ga=2,Qp=(e,t,n)=>e>=0&&e<n&&t<n&&e!==t;function wo(e,t,n,r,o){let l=t>=0&&t<o,i=n!==null&&n<o;switch(e){case"label":return l?t:o;case"prediction":return i?n:o;case"correctness":return!l||!i?ga:t===n?ma:ha;case"confidence":return r??256}}var wi=(e,t)=>(e>>>Math.min(t,31)&1)===1,er=["circle","diamond","square"];var ed=["#3f90da","#ffa90e","#bd1f01","#94a4a2","#832db6","#a96b59","#e76300","#b9ac70","#717581","#92dadd","#873c4b","#3c5a78","#c3b4ff","#f0c3a5","#784bff","#2d78a5","#78b4c3","#c3d269","#9687a5","#5a692d","#a50069","#4ba53c","#d27887","#f05aff","#c33ca5","#2d1ef0","#876969","#96c3b4","#d2a596","#a52d87","#c396e1","#e1002d","#e14bc3","#a50000","#a59669","#e13c87","#ff87c3","#f0784b","#4bd2e1","#965a4b","#874bc3","#960096","#69d22d","#5a4b5a","#69782d","#f0b487","#698769","#b4d2c3","#7896ff","#b4a5ff","#d2c3ff","#3c87b4","#789600","#96c35a","#b4005a","#877896","#965ad2","#d25ae1","#005a4b","#87e13c","#964b1e","#789696","#00c396","#4b5a69","#875a69","#4bb44b","#e1960f","#2d695a","#4b8778","#ff3c3c","#c39687","#961e3c","#e1a5d2","#a5784b","#69a5b4","#1eb4e1","#696978","#5a4be1","#3c6996","#9678c3","#c36978","#c34b3c","#87b4b4","#694b1e","#c37896","#7869ff","#4b9687","#00e196","#c33c00","#a5875a","#c30f78","#780fd2","#005a96","#2d4b96","#a54b5a","#a5c378","#ff78b4","#d21e87","#e1c3d2","#3c5a3c"],tr="#9e9e9e",ba=["#3f90da","#d9480f",tr],ol=["#440154","#482878","#3e4989","#31688e","#26828e","#1f9e89","#35b779","#6ece58","#b5de2b","#fde725"];function nr(e){let t=Number.parseInt(e.slice(1),16);return[t>>16&255,t>>8&255,t&255]}var So=e=>e<0?tr:ed[e%ed.length]??tr;function D0(e){let t=Math.min(1,Math.max(0,e))*(ol.length-1),n=Math.floor(t),r=nr(ol[n]??"#000000"),o=nr(ol[Math.min(n+1,ol.length-1)]??"#000000"),l=i=>Math.round(r[i]+(o[i]-r[i])*(t-n));return[l(0),l(1),l(2)]}var td=`linear-gradient(to right, ${ol.join(", ")})`;function va(e,t){let n=new Uint8Array(e.length*4);return e.forEach(([r,o,l],i)=>n.set([r,o,l,t.has(i)?0:255],i*4)),{rgba:n,size:e.length}}var nd=(e,t)=>va([...Array.from({length:e},(n,r)=>nr(So(r))),nr(tr)],t),rd=e=>va(ba.map(nr),e),od=()=>va([...Array.from({length:256},(e,t)=>D0(t/255)),nr(tr)],new Set);var ld={light:{background:[255,255,255],ink:[20,24,32]},dark:{background:[48,48,48],ink:[12,12,14]}},O0={light:[0,0,0],dark:[255,255,255]},N0=e=>Math.min(9,Math.max(2.5,30/Math.max(1,e)**.2)),Rr=me(()=>{let e=Z.value;return e===null?0:Math.max(e.probe.n_classes,e.probe.class_names.length)}),I0=me(()=>{switch(Oe.value){case"label":case"prediction":return nd(Rr.value,Xn.value);case"correctness":return rd(Vo.value);case"confidence":return od()}}),U0=me(()=>[...lo.value].reduce((e,t)=>e&~(1<<Math.min(t,31)),-1)),H0=me(()=>[...new Set([Ct.value,yt.value])].filter(e=>e!==null)),z0=me(()=>{let e=yr.value?"dark":"light";return{mode:Oe.value,palette:I0.value,nClasses:Rr.value,splitMask:U0.value,territory:jn.value?Ht.value:0,background:ld[e].background,ink:ld[e].ink,ring:O0[e]}});function ya(e){let[t=0,n=1,r=0,o=1]=e;return o>r&&n>t?(n-t)/(o-r):1}function id(e,t,n){let r=Z.value;if(r===null||e<=0||t<=0||!ao.value)return null;let{a:o,b:l,fraction:i}=Tn.value,a=r.frames.get(o),f=r.frames.get(l);if(a===void 0||f===void 0)return null;let p={width:Math.round(e*n),height:Math.round(t*n),aspect:ya(r.film.extent)};return{...z0.value,width:p.width,height:p.height,projection:Hl(Rt.value,p),samples:r.samples,a,b:f,fraction:i,dotSize:N0(r.samples.n)*io.value*$0(Rt.value.zoom)*n,marked:H0.value}}var $0=e=>Math.max(1,e)**.25;var _a=me(()=>{let e=Z.value;if(e===null||Oe.value==="confidence")return[];if(Oe.value==="correctness")return[ma,ha,ga].map(o=>({key:o,name:["Correct","Wrong","Unknown"][o]??"",colour:ba[o]??tr}));let t=e.probe.class_names,n=Array.from({length:Rr.value},(o,l)=>({key:l,name:Gl(l,t),colour:So(l)})),r=Oe.value==="label"?"No label":"No prediction";return[...n,{key:Rr.value,name:r,colour:tr}]}),xa=me(()=>{let e=Z.value,t=Oe.value;if(e===null||t==="confidence")return new Uint32Array(0);let n=new Uint32Array(Math.max(3,Rr.value+1)),r=t==="label"?null:Mn.value?.prediction??null;for(let o=0;o<e.samples.n;o++){let l=wo(t,e.samples.label[o]??-1,r?.[o]??null,null,Rr.value);n[l]=(n[l]??0)+1}return n}),sd=()=>Oe.value==="correctness",ll=me(()=>sd()?Vo.value:Xn.value);function wa(e){(sd()?Vo:Xn).value=e}var W0=13;function G0({entry:e,nKeys:t}){let n=!ll.value.has(e.key);return c("li",{children:c("button",{type:"button",class:"legend-entry","aria-pressed":n,title:`${e.name}: click hides, double click isolates`,onClick:r=>{wa(r.detail===2?of(Yo(ll.value,e.key),e.key,t):Yo(ll.value,e.key))},children:[c("span",{class:"swatch",style:{"--swatch":e.colour}}),c("span",{class:"legend-name",children:e.name}),c("span",{class:"legend-count",children:Ut(xa.value[e.key]??0)})]})})}function B0(){return c("div",{class:"ramp",children:[c("div",{style:{background:td}}),c("span",{children:"0"}),c("span",{children:"0.5"}),c("span",{children:"1"})]})}function V0(){let e={label:"wrong: core is the prediction",prediction:"wrong: core is the label",correctness:"wrong: hollow core",confidence:"wrong: hollow core"};return Mn.value?.prediction===null?null:c("p",{class:"wrong-key",children:[c("span",{class:"wrong-swatch","aria-hidden":"true"}),e[Oe.value]]})}function ad(){let e=vt(""),t=_a.value.filter(({key:l,name:i})=>(xa.value[l]??0)>0||!/^(No |Unknown)/.test(i)),n=e.value.trim().toLowerCase(),r=t.filter(({name:l})=>l.toLowerCase().includes(n)),o=t.length>=W0;return c("section",{class:"legend","aria-label":"Legend",children:[Oe.value==="confidence"?c(B0,{}):null,o&&c("input",{type:"search",placeholder:`Search ${Ut(t.length)} classes`,"aria-label":"Search classes",value:e,onInput:({currentTarget:l})=>e.value=l.value}),c("ul",{class:"legend-list",children:r.map(l=>c(G0,{entry:l,nKeys:_a.value.length},l.key))}),r.length===0&&o&&c("p",{class:"faint",children:"No class has that name."}),ll.value.size>0&&Oe.value!=="confidence"&&c("button",{type:"button",class:"text-button",onClick:()=>wa(new Set),children:"Show all"}),c(V0,{})]})}var X0={label:"Label",prediction:"Prediction",correctness:"Correctness",confidence:"Confidence"};function j0(){return c("fieldset",{class:"modes",children:[c("legend",{children:"Colour by"}),Jo.map((e,t)=>c("label",{title:`Colour by ${e} (${t+1})`,children:[c("input",{type:"radio",name:"colour",checked:Oe.value===e,disabled:!Ls(e),onChange:()=>ti(e)}),c("span",{children:X0[e]})]},e))]})}function J0({names:e}){return e.length<2?null:c("fieldset",{class:"splits",children:[c("legend",{children:"Splits"}),e.map((t,n)=>c("label",{children:[c("input",{type:"checkbox",checked:!lo.value.has(n),onChange:()=>lo.value=Yo(lo.value,n)}),c("span",{class:`split-shape ${er[n%er.length]}`,"aria-hidden":"true"}),t]},t))]})}function Y0(){return c("fieldset",{class:"looks",children:[c("legend",{children:"Show"}),c("label",{class:"inline",children:[c("input",{type:"checkbox",checked:jn,onChange:ri}),"Territory",c("output",{children:mn(Ht.value)})]}),c("input",{type:"range","aria-label":"Territory opacity",min:0,max:1,step:.05,value:Ht,disabled:!jn.value,"aria-valuetext":mn(Ht.value),onInput:({currentTarget:e})=>Ht.value=Number(e.value)}),c("label",{class:"inline",for:"dot-size",children:["Dot size",c("output",{children:["\xD7 ",io.value.toFixed(1)]})]}),c("input",{id:"dot-size",type:"range",min:.4,max:3,step:.1,value:io,onInput:({currentTarget:e})=>io.value=Number(e.value)}),c("button",{type:"button",class:"wide",onClick:ni,title:"Fit the whole picture (F)",children:[c(Gt,{name:"fit"})," Fit view"]})]})}function ud({reel:e}){return c("aside",{class:"panel display","aria-label":"Display",children:[c(j0,{}),c(ad,{}),c(J0,{names:e.probe.splits}),c(Y0,{})]})}function Sa({label:e,value:t,options:n,onChange:r}){return c("label",{class:"choose",children:[c("span",{children:e}),c("select",{value:t,onChange:({currentTarget:o})=>r(o.value),children:n.map(o=>c("option",{value:o.value,children:o.name},o.value))})]})}function K0(e,t){let n=e.method===$l?"PCA preview":e.method;return t.filter(({method:o})=>o===e.method).length<2?e.stale?`${n} (older data)`:n:`${n} \xB7 ${e.film.slice(0,6)}${e.stale?" (older data)":""}`}function q0(){let e=hn.value?.runs??[],t=ve.value;if(t===null)return null;let n=e.find(({run:o})=>o===t.run)?.tags??[],r=(o,l)=>{Kt.value=null,ve.value={run:o,tag:l}};return c(We,{children:[c(Sa,{label:"Run",value:t.run,options:e.map(({run:o})=>({value:o,name:o})),onChange:o=>r(o,e.find(l=>l.run===o)?.tags[0]?.tag??t.tag)}),n.length>1&&c(Sa,{label:"Tag",value:t.tag,options:n.map(({tag:o})=>({value:o,name:o})),onChange:o=>r(t.run,o)})]})}function Z0(){let e=ot.value?.films??[],t=Z.value?.film.film;return e.length<2||t===void 0?null:c(Sa,{label:"Film",value:t,options:e.map(n=>({value:n.film,name:K0(n,e)})),onChange:n=>{Kt.value=n}})}function Q0(){let e=ot.value,t=Z.value;if(e===null)return null;let n=t?.steps.length??e.steps.length;return c("span",{class:"summary",children:[Ut(e.n_samples)," samples \xB7 ",br(n,"step")," \xB7 ",br(e.n_classes,"class")]})}function cd(){return c("header",{class:"top",children:[c("h1",{class:"sr",children:"Time Travel"}),c(q0,{}),c(Z0,{}),c(Q0,{}),c("span",{class:"spacer"}),so.value==="cpu"&&Z.value!==null&&c("span",{class:"badge",title:"There is no graphics processor here (or the link asks for it): pictures are drawn by the CPU.",children:"CPU"}),Z.value!==null&&c("button",{type:"button",class:"drawer-toggle","aria-expanded":Yn.value,onClick:()=>Yn.value=!Yn.value,children:[c(Gt,{name:"panel"})," Curves"]}),c("button",{type:"button",class:"quiet","aria-label":"Keyboard help",title:"Keyboard help (?)",onClick:()=>Zt.value=!0,children:"?"})]})}function fd(){let e=ut(null),t=Zt.value;rt(()=>{t&&e.current?.open===!1&&e.current.showModal(),!t&&e.current?.open===!0&&e.current.close()},[t]);let n=()=>{Zt.value=!1};return c("dialog",{ref:e,class:"help","aria-labelledby":"help-title",onClose:n,children:[c("header",{children:[c("h2",{id:"help-title",children:"Keys and gestures"}),c("button",{type:"button",class:"quiet","aria-label":"Close",onClick:n,children:c(Gt,{name:"close"})})]}),c("dl",{children:[sf.map(([r,o])=>c("div",{children:[c("dt",{children:r.split(" ").map(l=>c("kbd",{children:l},l))}),c("dd",{children:o})]},r)),c("div",{children:[c("dt",{children:"Picture"}),c("dd",{children:"wheel zooms at the pointer, drag pans, hover shows a sample, click keeps it"})]}),c("div",{children:[c("dt",{children:"Curves"}),c("dd",{children:"press or drag to go to a step"})]}),c("div",{children:[c("dt",{children:"Legend"}),c("dd",{children:"click hides a class, double click isolates it"})]})]}),c("p",{class:"faint",children:"Between two steps dots move in straight lines; every number comes from the nearest real step. Dots of later splits are diamonds and squares."})]})}function dd({label:e,fraction:t}){return c("div",{class:"bar",role:"progressbar","aria-label":e,"aria-valuemin":0,"aria-valuemax":100,"aria-valuenow":Math.round(t*100),children:c("span",{style:{width:`${t*100}%`}})})}function pd({fit:e}){return e.stages===null||e.stages.length===0?null:c("ol",{class:"stages",children:e.stages.map(({stage:t,fraction:n})=>c("li",{class:n>=1?"done":t===e.stage?"current":"",children:[c("span",{children:t}),c(dd,{label:t,fraction:n}),c("span",{class:"stage-percent",children:n>=1?"\u2713":n>0?mn(n):"\u2013"})]},t))})}function Si({fit:e,compact:t}){let n=e.fraction??0,r=e.eta_s===null?"":` \xB7 about ${eo(e.eta_s)} left`,o=e.state==="starting"?"Starting the fit":`Fitting \xB7 ${e.stage??""} \xB7 ${mn(n)}${r}`,l=e.origin==="shell"?" \xB7 started from a shell":"";return c("div",{class:t?"fit-progress compact":"fit-progress",children:[c("div",{class:"fit-line",children:[c("strong",{children:[o,l]}),t&&e.preview!==null&&c("span",{class:"faint",children:"A PCA preview plays meanwhile."}),c("button",{type:"button",onClick:()=>{rf()},children:"Cancel"})]}),c(dd,{label:"The whole fit",fraction:n}),t?c("details",{children:[c("summary",{children:"Stages"}),c(pd,{fit:e})]}):c(pd,{fit:e})]})}async function eb(e){try{return await navigator.clipboard.writeText(e),!0}catch{let t=document.createElement("textarea");t.value=e,document.body.append(t),t.select();let n=document.execCommand("copy");return t.remove(),n}}function ka({words:e,label:t}){let n=vt("Copy");return c("div",{class:"copyable",children:[c("pre",{tabIndex:0,"aria-label":t,children:c("code",{children:e})}),c("button",{type:"button",onClick:async()=>{n.value=await eb(e)?"Copied":"Select and copy",setTimeout(()=>{n.value="Copy"},2e3)},"aria-label":`Copy ${t}`,children:c("span",{role:"status",children:n})})]})}var tb=`from torch.utils.tensorboard import SummaryWriter
from tb_timetravel import TimeTravel

writer = SummaryWriter("runs/mine")
film = TimeTravel(writer, model, head=model.fc, data=probe_loader, class_names=names)  # once
film.log(epoch)  # after each epoch`;function ki({title:e,children:t}){return c("div",{class:"centre",children:c("section",{class:"card",children:[c("h2",{children:e}),t]})})}function Ei(){let e=hn.value?.unreadable??[];return e.length===0?null:c("details",{class:"unreadable",children:[c("summary",{children:[br(e.length,"store")," cannot be read"]}),c("ul",{children:e.map(({run:t,tag:n,error:r})=>c("li",{children:[c("b",{children:n===null?t:`${t} / ${n}`}),": ",r]},`${t}
${n??""}`))})]})}function nb(){return c(ki,{title:"Nothing to show yet",children:[c("p",{children:"Log what your model makes of a fixed set of samples after each epoch, and it plays here as a film."}),c(ka,{words:tb,label:"the lines to add to your training"}),c("p",{class:"faint",children:"This page looks for new runs every few seconds."}),c(Ei,{})]})}function md({probe:e,verb:t}){let{can_fit:n,cannot_fit:r}=hn.value??{can_fit:!1,cannot_fit:null};return c(We,{children:[n?c("p",{class:"offer",children:[c("button",{type:"button",class:"primary",onClick:()=>{oi()},children:t}),e.estimate_s!==null&&c("span",{class:"faint",children:["takes about ",eo(e.estimate_s)]})]}):c("p",{children:[r??"This TensorBoard does not start fits."," In a shell, this does:"]}),n&&c("p",{class:"faint",children:"The same in a shell:"}),c(ka,{words:e.command,label:"the command that fits"})]})}function Ea({probe:e}){let t=[["samples",e.n_samples],["features",e.n_features],["classes",e.n_classes],["steps",e.steps.length]];return c("dl",{class:"facts",children:t.map(([n,r])=>c("div",{children:[c("dd",{children:Ut(r)}),c("dt",{children:n})]},n))})}function rb({probe:e,fit:t}){return c(ki,{title:{failed:"The fit failed",cancelled:"The fit was cancelled"}[t.state]??"The fit was interrupted",children:[c(Ra,{fit:t}),c(Ea,{probe:e}),c(md,{probe:e,verb:Ta[t.state]??"Fit"})]})}var Ta={failed:"Retry",interrupted:"Resume",cancelled:"Fit"};function Ra({fit:e}){let t=e.last_words??[];return c(We,{children:[e.state==="failed"&&c("p",{role:"alert",children:e.error??"It ended without a reason."}),e.state==="interrupted"&&c("p",{children:e.error??"Its process ended. A new fit goes on at the first unfinished stage."}),t.length>0&&c("details",{children:[c("summary",{children:"Its last words"}),c("pre",{tabIndex:0,children:t.join(`
`)})]})]})}function hd(){let e=ot.value,t=Yt.value,n=_r.value;return n==="empty"?c(nb,{}):e===null||t===null||n==="loading"||e.film!==null?c("div",{class:"centre",children:c("p",{role:"status",children:gn.value===null?"Loading":"Waiting for TensorBoard"})}):n==="fitting"?c(ki,{title:`Fitting ${e.run}`,children:[c(Si,{fit:t,compact:!1}),c(Ea,{probe:e})]}):n==="failed"||n==="cancelled"||n==="interrupted"?c(rb,{probe:e,fit:t}):c(ki,{title:"Logged, not fitted yet",children:[c("p",{children:"A fit lays all steps out in one plane, so that this run plays as a film."}),c(Ea,{probe:e}),c(md,{probe:e,verb:"Fit"}),c(Ei,{})]})}function ko({children:e,alert:t=!1}){return c("div",{class:t?"notice alert":"notice",role:t?"alert":void 0,children:e})}function Ca({verb:e,probe:t}){let n=hn.value;return n?.can_fit!==!0?c("span",{class:"faint",children:[n?.cannot_fit," ",c("code",{children:t.command})]}):c(We,{children:[c("button",{type:"button",class:"primary",onClick:()=>{oi()},children:e}),t.estimate_s!==null&&c("span",{class:"faint",children:["takes about ",eo(t.estimate_s)]})]})}function ob({reel:e,probe:t}){let n=_r.value,r=Yt.value,o=t.films.find(({film:l})=>l===e.film.film);if(n==="fitting"&&r!==null)return c(ko,{children:c(Si,{fit:r,compact:!0})});if((n==="failed"||n==="cancelled"||n==="interrupted")&&r!==null)return c(ko,{children:[c("strong",{children:{failed:"The last fit failed.",cancelled:"The last fit was cancelled.",interrupted:"The last fit was interrupted."}[n]}),c(Ra,{fit:r}),c(Ca,{verb:Ta[n]??"Fit",probe:t})]});if(o?.stale===!0){let l=t.steps.length-o.n_steps;return c(ko,{children:[c("strong",{children:l>0?`${br(l,"new step")} logged since this fit.`:"The data changed since this fit."}),c(Ca,{verb:"Refit",probe:t})]})}return n==="logged"?c(ko,{children:[c("strong",{children:"This is a preview."}),c(Ca,{verb:"Fit",probe:t})]}):null}function gd(){let{value:e}=ot,{value:t}=Z,n=e!==null&&t!==null&&e.run===t.place.run&&e.tag===t.place.tag;return c("div",{class:"notices",children:[gn.value!==null&&c(ko,{alert:!0,children:[c("strong",{children:gn})," ",c("span",{children:"Trying again every few seconds."}),c("button",{type:"button",onClick:()=>qt.value++,children:"Retry now"})]}),bn.value!==null&&c(ko,{alert:!0,children:[c("strong",{children:bn}),c("button",{type:"button",onClick:()=>bn.value=null,children:"Dismiss"})]}),n&&c(ob,{reel:t,probe:e}),t!==null&&c(Ei,{})]})}function bd(e,t){let{scaleX:n,scaleY:r,offsetX:o,offsetY:l}=e.projection,i=a=>{let f=e.a.xy[2*t+a]??0;return(f+((e.b.xy[2*t+a]??0)-f)*e.fraction)/65535};return{x:o+i(0)*n,y:l+i(1)*r}}function lb(e,t){let n=xi(e),{label:r,split:o}=e.samples,l=n.prediction?.[t]??null,i=wo(e.mode,r[t]??-1,l,n.confidence?.[t]??null,e.nClasses);return wi(e.splitMask,o[t]??0)&&(e.palette.rgba[4*i+3]??0)>0}function vd(e,t,n,r){let{scaleX:o,scaleY:l,offsetX:i,offsetY:a}=e.projection,[f,p]=[o/65535,l/65535],[b,g,m]=[e.a.xy,e.b.xy,e.fraction],_=r*r,S=null;for(let C=0;C<e.samples.n;C++){let M=b[2*C]??0,A=i+(M+((g[2*C]??0)-M)*m)*f-t;if(A*A>_)continue;let x=b[2*C+1]??0,F=a+(x+((g[2*C+1]??0)-x)*m)*p-n,E=A*A+F*F;E>_||!lb(e,C)||(_=E,S=C)}return S}function yd(e,t,n){let r=e.classes.length,o=new Uint16Array(r),l=new Uint8Array(r);for(let i=0;i<r;i++){let a=e.classes[i]??0,f=t.classes[i]??0,p=((e.margin[i]??0)+1)*(1-n),b=((t.margin[i]??0)+1)*n;o[i]=p>=b?a:f,l[i]=Math.min(255,Math.max(0,(a===f?p+b-1:Math.abs(p-b))+.5))}return{resolution:e.resolution,classes:o,margin:l}}var Ma=0,Aa=1,il=2,Pa=3,La=4;function ib(e,t,n){return e==="circle"?Math.hypot(t,n):e==="diamond"?(Math.abs(t)+Math.abs(n))*.84:Math.max(Math.abs(t),Math.abs(n))*1.1}function sb(e,t,{cored:n,growth:r,diameter:o}){return r>0&&e>t?e>t+r*.25?La:il:n&&e<=t*.5?Pa:n&&o>=8&&e<=t*.5+1?il:o>=4.5&&e>t-1?Aa:Ma}function _d(e){let t=e.diameter/2,n=t+e.growth/2,r=Math.ceil(n*1.2+1),o=[];for(let l=-r;l<=r;l++)for(let i=-r;i<=r;i++){let a=ib(e.shape,i,l),f=Math.round(256*Math.min(1,Math.max(0,n-a+.5)));f>0&&o.push([i,l,f,sb(a,t,e)])}return{dx:Int8Array.from(o,([l])=>l),dy:Int8Array.from(o,([,l])=>l),coverage:Uint16Array.from(o,([,,l])=>l),layer:Uint8Array.from(o,([,,,l])=>l),reach:r}}var ab=6,Eo=(e,t,n)=>(255<<24|n<<16|t<<8|e)>>>0,Ti=(e,t,n)=>[e[0]+(t[0]-e[0])*n,e[1]+(t[1]-e[1])*n,e[2]+(t[2]-e[2])*n],wd=({rgba:e},t)=>[e[4*t]??0,e[4*t+1]??0,e[4*t+2]??0],Cr=64;function ub(e){let t=!rl(e.mode),n=t?1:e.palette.size,r=new Uint32Array(n*Cr),o=new Uint32Array(n*Cr);for(let l=0;l<n;l++){let i=t||(e.palette.rgba[4*l+3]??0)>0,a=t?e.ink:wd(e.palette,l),f=e.territory*(t?.35:i?1:.12),p=Ti(a,e.ink,.35);for(let b=0;b<Cr;b++){let g=f*(.3+(1-.3)*b/(Cr-1)),m=Ti(e.background,a,g);r[l*Cr+b]=Eo(...m),o[l*Cr+b]=Eo(...Ti(m,p,Math.min(1,e.territory*1.6)*(t?.5:.75)))}}return{ground:r,border:o}}function cb({resolution:e,classes:t,margin:n},r,o){let{ground:l,border:i}=ub(r),a=!rl(r.mode);for(let f=0;f<e;f++)for(let p=0;p<e;p++){let b=f*e+p,g=t[b]??0,m=p+1<e?t[b+1]:g,_=f+1<e?t[b+e]:g,S=m!==g||_!==g?i:l;o[(e-1-f)*e+p]=S[(a?0:g)*Cr+((n[b]??0)>>2)]??0}}function fb(e,t,n,r,{dx:o,dy:l,coverage:i,layer:a},{layers:f}){for(let p=0;p<o.length;p++){let b=(r+(l[p]??0))*t+n+(o[p]??0),g=f[a[p]??0]??0,m=i[p]??0;if(m>=256){e[b]=g;continue}let _=e[b]??0,S=256-m,C=(_&16711935)*S+(g&16711935)*m>>>8&16711935,M=(_&65280)*S+(g&65280)*m>>>8&65280;e[b]=(4278190080|C|M)>>>0}}function xd(e,t){return er.flatMap(n=>[!1,!0].map(r=>_d({shape:n,diameter:e.dotSize*(r?1.3:1),cored:r,growth:t})))}function pb(e,t){let{palette:n,ink:r,background:o}=e,l=Array.from({length:n.size},(O,Y)=>wd(n,Y)),i=Uint32Array.from(l,O=>Eo(...O)),a=Uint32Array.from(l,O=>Eo(...Ti(O,r,.55))),f=new Uint32Array(5);f[il]=Eo(...o),f[La]=Eo(...e.ring);let p=xi(e),{label:b,split:g,n:m}=e.samples,{scaleX:_,scaleY:S,offsetX:C,offsetY:M}=e.projection,[A,x]=[_/65535,S/65535],[F,E]=[e.a.xy,e.b.xy],B=(O,Y)=>{if(!wi(e.splitMask,g[O]??0))return;let z=b[O]??-1,T=p.prediction?.[O]??null,K=wo(e.mode,z,T,p.confidence?.[O]??null,e.nClasses);if((n.rgba[4*K+3]??0)===0)return;let U=T!==null&&Qp(z,T,e.nClasses),V=Y[(g[O]??0)%er.length*2+(U?1:0)];if(V===void 0)return;let[$,te]=[F[2*O]??0,F[2*O+1]??0],H=C+($+((E[2*O]??0)-$)*e.fraction)*A|0,Ke=M+(te+((E[2*O+1]??0)-te)*e.fraction)*x|0,{reach:be}=V;if(!(H<be||Ke<be||H>=e.width-be||Ke>=e.height-be)){if(f[Ma]=i[K]??0,f[Aa]=a[K]??0,U){let ie=e.mode==="label"?T:e.mode==="prediction"?z:-1;f[Pa]=ie<0?f[il]??0:i[ie]??0}fb(t,e.width,H,Ke,V,{layers:f})}},P=xd(e,0);for(let O=0;O<m;O++)B(O,P);if(e.marked.length===0)return;let q=xd(e,ab);for(let O of e.marked)B(O,q)}var Ci=class{kind="cpu";#e;#t;constructor(t){this.#e=t;let n=document.createElement("canvas").getContext("2d",{alpha:!1});if(n===null)throw new Error("this browser gives no 2-D canvas");this.#t=n}draw(t){let n=this.#e;n.fillStyle=`rgb(${t.background.join(" ")})`,n.fillRect(0,0,t.width,t.height),this.#n(t);let r=n.getImageData(0,0,t.width,t.height);pb(t,new Uint32Array(r.data.buffer)),n.putImageData(r,0,0)}destroy(){this.#t.canvas.width=0}#n(t){let n=t.a.territory??t.b.territory,r=t.b.territory??n;if(n===null||r===null||t.territory<=0||n.resolution!==r.resolution)return;let o=n.resolution,l=this.#t.canvas;l.width!==o&&(l.width=l.height=o);let i=this.#t.createImageData(o,o);cb(yd(n,r,t.fraction),t,new Uint32Array(i.data.buffer)),this.#t.putImageData(i,0,0);let{scaleX:a,scaleY:f,offsetX:p,offsetY:b}=t.projection;this.#e.imageSmoothingEnabled=!0,this.#e.drawImage(l,p,b+f,a,-f)}};var Mi=class{#e;#t=new Map;constructor(t){this.#e=t}get(t){let r=this.#t.get(t)??this.#o(t);return this.#t.delete(t),this.#t.set(t,r),this.#t.size>24&&this.#n(),r}destroy(){for(let t of[...this.#t.keys()])this.#r(t)}#n(){let[t]=this.#t.keys();t!==void 0&&this.#r(t)}#r(t){let n=this.#t.get(t);if(this.#t.delete(t),n!==void 0){for(let r of[n.xy,n.prediction,n.confidence])this.#e.deleteBuffer(r);this.#e.deleteTexture(n.territory?.classes??null),this.#e.deleteTexture(n.territory?.margin??null)}}#o(t){let n=this.#e;return{xy:this.#l(t.xy),prediction:t.prediction===null?null:this.#l(t.prediction),predictionType:t.prediction instanceof Uint16Array?n.UNSIGNED_SHORT:n.UNSIGNED_BYTE,confidence:t.confidence===null?null:this.#l(t.confidence),territory:t.territory===null?null:this.#i(t.territory)}}#l(t){let n=this.#e,r=n.createBuffer();return n.bindBuffer(n.ARRAY_BUFFER,r),n.bufferData(n.ARRAY_BUFFER,t,n.STATIC_DRAW),r}#i({resolution:t,classes:n,margin:r}){return{resolution:t,classes:this.#s(t,n),margin:this.#s(t,r)}}#s(t,n){let r=this.#e,o=r.createTexture();r.bindTexture(r.TEXTURE_2D,o),r.pixelStorei(r.UNPACK_ALIGNMENT,1);let l=n instanceof Uint16Array;return r.texImage2D(r.TEXTURE_2D,0,l?r.R16UI:r.R8UI,t,t,0,r.RED_INTEGER,l?r.UNSIGNED_SHORT:r.UNSIGNED_BYTE,n),sl(r),o}};function sl(e){e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MIN_FILTER,e.NEAREST),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_MAG_FILTER,e.NEAREST),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_WRAP_S,e.CLAMP_TO_EDGE),e.texParameteri(e.TEXTURE_2D,e.TEXTURE_WRAP_T,e.CLAMP_TO_EDGE)}function Sd(e,t,n){let r=e.createShader(t);if(r===null)throw new Error("WebGL gave no shader; the context was probably lost");return e.shaderSource(r,n),e.compileShader(r),r}function al(e,t,n){let r=e.createProgram(),o=[Sd(e,e.VERTEX_SHADER,t),Sd(e,e.FRAGMENT_SHADER,n)];for(let i of o)e.attachShader(r,i);if(e.linkProgram(r),e.getProgramParameter(r,e.LINK_STATUS)!==!0&&!e.isContextLost()){let i=[...o.map(a=>e.getShaderInfoLog(a)),e.getProgramInfoLog(r)];throw new Error(`a shader does not link: ${i.filter(Boolean).join("; ")}`)}for(let i of o)e.deleteShader(i);let l=new Map;return{handle:r,uniform(i){let a=l.get(i);return a===void 0&&(a=e.getUniformLocation(r,i),l.set(i,a)),a}}}var Oa=e=>e.toFixed(4),kd=`
uniform sampler2D palette;
vec4 colourOf(uint key) { return texelFetch(palette, ivec2(int(key & 255u), int(key >> 8u)), 0); }`,Ed=`#version 300 es
precision highp float;
precision highp int;
layout(location=0) in vec2 a;
layout(location=1) in vec2 b;
layout(location=2) in uint label;
layout(location=3) in uint split;
layout(location=4) in uint prediction;
layout(location=5) in float confidence;
uniform float fraction;
uniform vec4 projection;
uniform float dotSize;
uniform float growth;
uniform int mode;
uniform bool predicted;
uniform uint splitMask;
uniform uint nClasses;
uniform vec3 background;
${kd}
flat out vec3 outer;
flat out vec3 core;
flat out float wrong;
flat out float diameter;
flat out int shape;
void main() {
  bool knownLabel = label < nClasses;
  bool knownPrediction = predicted && prediction < nClasses;
  bool isWrong = knownLabel && knownPrediction && label != prediction;
  uint none = mode == 3 ? 256u : nClasses;
  uint key = none;
  if (mode == 0 && knownLabel) key = label;
  if (mode == 1 && knownPrediction) key = prediction;
  if (mode == 2) key = !knownLabel || !knownPrediction ? 2u : isWrong ? 1u : 0u;
  if (mode == 3 && predicted) key = uint(confidence * 255.0 + 0.5);
  vec4 colour = colourOf(key);
  bool shown = colour.a > 0.5 && ((splitMask >> min(split, 31u)) & 1u) == 1u;
  outer = colour.rgb;
  core = mode == 0 ? colourOf(min(prediction, nClasses)).rgb : mode == 1 ? colourOf(label).rgb : background;
  wrong = isWrong ? 1.0 : 0.0;
  shape = int(split) % ${er.length};
  diameter = dotSize * (isWrong ? ${Oa(1.3)} : 1.0);
  gl_Position = shown ? vec4(mix(a, b, fraction) * projection.xy + projection.zw, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = diameter + growth + 2.0;
}`,Td=`#version 300 es
precision highp float;
flat in vec3 outer;
flat in vec3 core;
flat in float wrong;
flat in float diameter;
flat in int shape;
uniform float growth;
uniform vec3 ink;
uniform vec3 ring;
uniform vec3 background;
out vec4 pixel;
void main() {
  vec2 q = (gl_PointCoord - 0.5) * (diameter + growth + 2.0);
  float d = shape == 0 ? length(q) : shape == 1 ? (abs(q.x) + abs(q.y)) * 0.84 : max(abs(q.x), abs(q.y)) * 1.1;
  float radius = diameter * 0.5;
  float alpha = clamp((radius + growth * 0.5) - d + 0.5, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  float rim = ${Oa(.55)} * smoothstep(3.0, 6.0, diameter);
  vec3 colour = mix(outer, ink, rim * smoothstep(radius - 1.5, radius - 0.5, d));
  if (wrong > 0.5) {
    float coreRadius = radius * 0.5;
    float gap = smoothstep(7.0, 9.0, diameter);
    colour = mix(colour, background, gap * (1.0 - smoothstep(coreRadius + 0.5, coreRadius + 1.0, d)));
    colour = mix(colour, core, 1.0 - smoothstep(coreRadius - 0.5, coreRadius + 0.5, d));
  }
  if (growth > 0.0) {
    colour = mix(colour, background, smoothstep(radius - 0.5, radius + 0.5, d));
    colour = mix(colour, ring, smoothstep(radius + growth * 0.25, radius + growth * 0.25 + 1.0, d));
  }
  pixel = vec4(colour, 1.0) * alpha;
}`,Na=`#version 300 es
precision highp float;
uniform vec4 projection;
out vec2 uv;
void main() {
  uv = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(uv * projection.xy + projection.zw, 0.0, 1.0);
}`,Rd=`#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D classA;
uniform usampler2D marginA;
uniform usampler2D classB;
uniform usampler2D marginB;
uniform float fraction;
out uvec4 cell;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uint kindA = texelFetch(classA, at, 0).r;
  uint kindB = texelFetch(classB, at, 0).r;
  float a = (float(texelFetch(marginA, at, 0).r) + 1.0) * (1.0 - fraction);
  float b = (float(texelFetch(marginB, at, 0).r) + 1.0) * fraction;
  uint kind = a >= b ? kindA : kindB;
  float margin = kindA == kindB ? a + b - 1.0 : abs(a - b);
  cell = uvec4(kind & 255u, kind >> 8u, uint(clamp(margin + 0.5, 0.0, 255.0)), 0u);
}`,Cd=`#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
in vec2 uv;
uniform usampler2D cells;
uniform float strength;
uniform bool neutral;
uniform vec3 background;
uniform vec3 ink;
${kd}
out vec4 pixel;
void main() {
  ivec2 size = textureSize(cells, 0);
  vec2 at = uv * vec2(size) - 0.5;
  ivec2 corner = ivec2(floor(at));
  vec2 f = at - vec2(corner);
  uint kinds[4];
  float votes[4];
  for (int i = 0; i < 4; i++) {
    ivec2 d = ivec2(i & 1, i >> 1);
    uvec4 cell = texelFetch(cells, clamp(corner + d, ivec2(0), size - 1), 0);
    kinds[i] = cell.r | (cell.g << 8u);
    votes[i] = (d.x == 1 ? f.x : 1.0 - f.x) * (d.y == 1 ? f.y : 1.0 - f.y) * (float(cell.b) + 4.0) / 259.0;
  }
  uint winner = kinds[0];
  float best = 0.0;
  float second = 0.0;
  for (int i = 0; i < 4; i++) {
    bool counted = false;
    float sum = 0.0;
    for (int j = 0; j < 4; j++) {
      if (kinds[j] != kinds[i]) continue;
      if (j < i) counted = true;
      sum += votes[j];
    }
    if (counted) continue;
    if (sum > best) { second = best; best = sum; winner = kinds[i]; }
    else second = max(second, sum);
  }
  float lead = best - second;
  float border = second > 0.0 ? 1.0 - smoothstep(0.0, fwidth(lead) * 1.5 + 1e-4, lead) : 0.0;
  vec4 colour = neutral ? vec4(ink, 1.0) : colourOf(winner);
  float weight = strength * (neutral ? 0.35 : colour.a > 0.5 ? 1.0 : 0.12);
  float shade = weight * mix(${Oa(.3)}, 1.0, clamp(lead, 0.0, 1.0));
  vec3 ground = mix(background, colour.rgb, shade);
  pixel = vec4(mix(ground, mix(colour.rgb, ink, 0.35), border * min(1.0, strength * 1.6) * (neutral ? 0.5 : 0.75)), 1.0);
}`;var[db,mb,hb,gb,Ia,Ua]=[0,1,2,3,4,5],Md=65535,bb=6,Ai=class{#e;#t;#n;#r;#o=null;constructor(t){this.#e=t,this.#t=al(t,Ed,Td),this.#n=t.createBuffer(),this.#r=t.createBuffer()}draw(t,n,r,o){let l=this.#e,{uniform:i,handle:a}=this.#t;this.#o!==t.samples&&this.#l(t.samples),l.useProgram(a),this.#i(n,r,t.fraction<.5?n:r),l.uniform1i(i("palette"),0),l.uniform1f(i("fraction"),t.fraction),l.uniform4f(i("projection"),...o),l.uniform1f(i("dotSize"),t.dotSize),l.uniform1i(i("mode"),Zp[t.mode]),l.uniform1i(i("predicted"),(t.fraction<.5?n:r).prediction===null?0:1),l.uniform1ui(i("splitMask"),t.splitMask>>>0),l.uniform1ui(i("nClasses"),t.nClasses),l.uniform3f(i("ink"),...rr(t.ink)),l.uniform3f(i("ring"),...rr(t.ring)),l.uniform3f(i("background"),...rr(t.background)),l.uniform1f(i("growth"),0),l.enable(l.BLEND),l.blendFunc(l.ONE,l.ONE_MINUS_SRC_ALPHA),l.drawArrays(l.POINTS,0,t.samples.n),l.uniform1f(i("growth"),bb);for(let f of t.marked)l.drawArrays(l.POINTS,f,1);l.disable(l.BLEND)}destroy(){this.#e.deleteBuffer(this.#n),this.#e.deleteBuffer(this.#r),this.#e.deleteProgram(this.#t.handle)}#l(t){let n=this.#e,r=Uint16Array.from(t.label,o=>o<0?Md:o);n.bindBuffer(n.ARRAY_BUFFER,this.#n),n.bufferData(n.ARRAY_BUFFER,r,n.STATIC_DRAW),n.bindBuffer(n.ARRAY_BUFFER,this.#r),n.bufferData(n.ARRAY_BUFFER,t.split,n.STATIC_DRAW),this.#o=t}#i(t,n,r){let o=this.#e;this.#s(db,t.xy),this.#s(mb,n.xy),this.#a(hb,this.#n,o.UNSIGNED_SHORT),this.#a(gb,this.#r,o.UNSIGNED_BYTE),r.prediction===null?(o.disableVertexAttribArray(Ia),o.vertexAttribI4ui(Ia,Md,0,0,0)):this.#a(Ia,r.prediction,r.predictionType),r.confidence===null?o.disableVertexAttribArray(Ua):(o.bindBuffer(o.ARRAY_BUFFER,r.confidence),o.enableVertexAttribArray(Ua),o.vertexAttribPointer(Ua,1,o.UNSIGNED_BYTE,!0,0,0))}#s(t,n){let r=this.#e;r.bindBuffer(r.ARRAY_BUFFER,n),r.enableVertexAttribArray(t),r.vertexAttribPointer(t,2,r.UNSIGNED_SHORT,!0,4,0)}#a(t,n,r){let o=this.#e;o.bindBuffer(o.ARRAY_BUFFER,n),o.enableVertexAttribArray(t),o.vertexAttribIPointer(t,1,r,0,0)}},rr=([e,t,n])=>[e/255,t/255,n/255];var vb=[2,2,-1,-1],Pi=class{#e;#t;#n;#r;#o=null;#l=0;#i=null;constructor(t){this.#e=t,this.#t=al(t,Na,Rd),this.#n=al(t,Na,Cd),this.#r=t.createFramebuffer()}draw(t,n,r,o){let l=n.territory??r.territory,i=r.territory??l;l===null||i===null||t.territory<=0||l.resolution===i.resolution&&(this.#s(l,i,t.fraction),this.#a(t,o))}destroy(){let t=this.#e;t.deleteTexture(this.#o),t.deleteFramebuffer(this.#r),t.deleteProgram(this.#t.handle),t.deleteProgram(this.#n.handle)}#s(t,n,r){let o=this.#i;if(o!==null&&o[0]===t&&o[1]===n&&o[2]===r)return;let l=this.#e,{uniform:i,handle:a}=this.#t;this.#u(t.resolution),l.bindFramebuffer(l.FRAMEBUFFER,this.#r),l.viewport(0,0,t.resolution,t.resolution),l.useProgram(a),[t.classes,t.margin,n.classes,n.margin].forEach((f,p)=>{l.activeTexture(l.TEXTURE1+p),l.bindTexture(l.TEXTURE_2D,f)}),["classA","marginA","classB","marginB"].forEach((f,p)=>l.uniform1i(i(f),p+1)),l.uniform1f(i("fraction"),r),l.uniform4f(i("projection"),...vb),l.drawArrays(l.TRIANGLE_STRIP,0,4),l.bindFramebuffer(l.FRAMEBUFFER,null),this.#i=[t,n,r]}#a(t,n){let r=this.#e,{uniform:o,handle:l}=this.#n;r.viewport(0,0,t.width,t.height),r.useProgram(l),r.activeTexture(r.TEXTURE1),r.bindTexture(r.TEXTURE_2D,this.#o),r.activeTexture(r.TEXTURE0),r.uniform1i(o("palette"),0),r.uniform1i(o("cells"),1),r.uniform1f(o("strength"),t.territory),r.uniform1i(o("neutral"),rl(t.mode)?0:1),r.uniform3f(o("background"),...rr(t.background)),r.uniform3f(o("ink"),...rr(t.ink)),r.uniform4f(o("projection"),...n),r.drawArrays(r.TRIANGLE_STRIP,0,4)}#u(t){if(this.#l===t)return;let n=this.#e;n.deleteTexture(this.#o),this.#o=n.createTexture(),this.#l=t,n.activeTexture(n.TEXTURE1),n.bindTexture(n.TEXTURE_2D,this.#o),n.texImage2D(n.TEXTURE_2D,0,n.RGBA8UI,t,t,0,n.RGBA_INTEGER,n.UNSIGNED_BYTE,null),sl(n),n.bindFramebuffer(n.FRAMEBUFFER,this.#r),n.framebufferTexture2D(n.FRAMEBUFFER,n.COLOR_ATTACHMENT0,n.TEXTURE_2D,this.#o,0),n.bindFramebuffer(n.FRAMEBUFFER,null)}};var Ha=256;function yb({scaleX:e,scaleY:t,offsetX:n,offsetY:r},o,l){return[2*e/o,-2*t/l,2*n/o-1,1-2*r/l]}function Ad(e){let t=e.getExtension("WEBGL_debug_renderer_info"),n=e.getParameter(t===null?e.RENDERER:t.UNMASKED_RENDERER_WEBGL);return/swiftshader|llvmpipe|softpipe|basic render|software/i.test(String(n))}var Li=class{kind="webgl";#e;#t;#n;#r;#o;#l=null;constructor(t){this.#e=t,this.#t=new Mi(t),this.#n=new Ai(t),this.#r=new Pi(t),this.#o=t.createTexture()}draw(t){let n=this.#e;if(n.isContextLost())return;n.activeTexture(n.TEXTURE0);let r=this.#t.get(t.a),o=this.#t.get(t.b),l=yb(t.projection,t.width,t.height);this.#i(t.palette),n.viewport(0,0,t.width,t.height),n.clearColor(...rr(t.background),1),n.clear(n.COLOR_BUFFER_BIT),this.#r.draw(t,r,o,l),this.#n.draw(t,r,o,l)}destroy(){this.#t.destroy(),this.#n.destroy(),this.#r.destroy(),this.#e.deleteTexture(this.#o)}#i(t){let n=this.#e;if(n.activeTexture(n.TEXTURE0),n.bindTexture(n.TEXTURE_2D,this.#o),this.#l===t)return;let r=Math.ceil(t.size/Ha),o=new Uint8Array(Ha*r*4);o.set(t.rgba),n.pixelStorei(n.UNPACK_ALIGNMENT,1),n.texImage2D(n.TEXTURE_2D,0,n.RGBA8,Ha,r,0,n.RGBA,n.UNSIGNED_BYTE,o),sl(n),this.#l=t}};function _b(e,t){if(t==="cpu"||t==="auto"&&!xb())return null;let n=e.getContext("webgl2",{alpha:!1,antialias:!1,depth:!1,preserveDrawingBuffer:!0});return n===null?null:new Li(n)}function xb(){let e=document.createElement("canvas").getContext("webgl2");if(e===null)return!1;let t=Ad(e);return e.getExtension("WEBGL_lose_context")?.loseContext(),!t}function za(e,t){let n=_b(e,t);if(n!==null)return n;let r=e.getContext("2d",{alpha:!1,willReadFrequently:!0});if(r===null)throw new Error("This browser gives neither WebGL2 nor a 2-D canvas.");return new Ci(r)}var To=j(null),wb=2,Fi=class{#e;#t;#n=null;#r=0;#o;constructor(t,n){this.#e=t,this.#t=za(t,Jn.peek()),so.value=this.#t.kind;let r=l=>l.preventDefault(),o=()=>{this.#t=za(t,Jn.peek()),this.#s()};t.addEventListener("webglcontextlost",r),t.addEventListener("webglcontextrestored",o),this.#o=[xe(()=>this.#i(n.value)),()=>t.removeEventListener("webglcontextlost",r),()=>t.removeEventListener("webglcontextrestored",o)]}destroy(){for(let t of this.#o)t();cancelAnimationFrame(this.#r),this.#t.destroy(),To.value=null}get#l(){return this.#t.kind==="cpu"?1:Math.min(wb,window.devicePixelRatio)}#i({width:t,height:n}){let r=id(t,n,this.#l);r!==null&&(this.#n=r,this.#s())}#s(){this.#r===0&&(this.#r=requestAnimationFrame(()=>this.#a()))}#a(){this.#r=0;let t=this.#n;if(t===null)return;let n=performance.now(),r=this.#e,o=Math.round(t.width),l=Math.round(t.height);r.width!==o&&(r.width=o),r.height!==l&&(r.height=l),this.#t.draw(t),To.value={scene:t,ratio:this.#l},Ln.spend(performance.now()-n),Ln.close()}};var ul=class{constructor(t){this.capacity=t}capacity;#e=new Map;get(t,n){let r=this.#e.get(t),o=r??n();if(this.#e.delete(t),this.#e.set(t,o),r===void 0&&o.catch(()=>this.#e.delete(t)),this.#e.size>this.capacity){let[l]=this.#e.keys();l!==void 0&&this.#e.delete(l)}return o}},Sb=new ul(16),kb=new ul(16),Eb=new ul(256),Pd=32;async function Ld({place:e,probe:t},n){let{kind:r,page_size:o,thumbnail_width:l,thumbnail_height:i}=t.media;if(r!=="image"||l===null||i===null)return null;let a=o??1024,f=Rc(e,t.samples,Math.floor(n/a)),p=await Sb.get(f,async()=>{let g=new Image;return g.src=f,await g.decode(),g}),b=n%a;return{page:p,x:b%Pd*l,y:Math.floor(b/Pd)*i,width:l,height:i}}async function Fd({place:e,probe:t},n){if(t.media.kind!=="text")return null;let r=t.media.page_size??1024,o=Math.floor(n/r),l=[e.run,e.tag,t.samples,o].join(`
`);return(await kb.get(l,()=>Cc(e,t.samples,o)))[n%r]??null}function Dd({place:e,film:t},n){return Eb.get([e.run,e.tag,t.film,n].join(`
`),()=>Mc(e,t.film,n))}function Di(e,t,n=0){let[r,o]=Wu(null);return rt(()=>{let i=!1,a=setTimeout(()=>{e().then(f=>{i||o({inputs:t,value:f})},()=>{})},n);return()=>{i=!0,clearTimeout(a)}},t),r!==null&&r.inputs.every((i,a)=>i===t[a])?r.value:null}var Tb=120,Rb=64;function Cb({reel:e,sample:t}){let n=ut(null),r=Di(()=>Ld(e,t),[e,t]),{thumbnail_width:o,thumbnail_height:l,kind:i}=e.probe.media;if(rt(()=>{let p=n.current?.getContext("2d");if(p==null||(p.clearRect(0,0,p.canvas.width,p.canvas.height),r===null))return;let{page:b,x:g,y:m}=r;p.drawImage(b,g,m,r.width,r.height,0,0,r.width,r.height)},[r]),i!=="image"||o===null||l===null)return null;let a=Math.max(1,Math.floor(Rb/Math.max(o,l))),f={width:`${o*a}px`,height:`${l*a}px`};return c("canvas",{class:"thumb",ref:n,width:o,height:l,style:f,role:"img","aria-label":"The sample"})}function Mb({reel:e,sample:t}){let n=Di(()=>Fd(e,t),[e,t]);return n===null?null:c("p",{class:"sample-text",children:n})}function Ab(e,{prediction:t}){let n=e.getContext("2d");if(n===null)return;let r=n.createImageData(t.length,1);t.forEach((o,l)=>r.data.set([...nr(So(o??-1)),255],l*4)),n.putImageData(r,0,0)}function Pb({reel:e,sample:t}){let n=ut(null),r=Di(()=>Dd(e,t),[e,t],Tb);if(rt(()=>{n.current!==null&&r!==null&&Ab(n.current,r)},[r]),Mn.value?.prediction===null)return null;let o=r?.prediction.length??1,l=r?.prediction.filter((i,a,f)=>a>0&&i!==f[a-1]).length??0;return c("div",{class:"strip",children:[c("div",{class:"strip-cells",children:[c("canvas",{ref:n,width:o,height:1,role:"img","aria-label":`Prediction at every step; it changes ${l} times`}),c("span",{class:"strip-mark",style:{left:`${zt.value/o*100}%`,width:`${100/o}%`}})]}),c("span",{class:"faint",children:r===null?" ":l===1?"1 change":`${l} changes`})]})}function Od({kind:e,names:t}){return c("span",{class:"named",children:[c("span",{class:"swatch",style:{"--swatch":So(e)}}),Gl(e,t)]})}function Lb({reel:e,sample:t}){let n=e.probe.class_names,r=e.samples.label[t]??-1,o=Mn.value,l=o?.prediction?.[t],i=o?.confidence?.[t],a=l!==void 0&&r>=0&&l!==r;return c("dl",{children:[r>=0&&c("div",{children:[c("dt",{children:"label"}),c("dd",{children:c(Od,{kind:r,names:n})})]}),l!==void 0&&c("div",{children:[c("dt",{children:"predicted"}),c("dd",{children:[c(Od,{kind:l,names:n})," ",i!==void 0&&mn(i/255),r>=0&&c("span",{class:a?"verdict wrong":"verdict",children:a?"\u2717":"\u2713"})]})]}),c("div",{children:[c("dt",{children:"at"}),c("dd",{children:["step ",_t.value]})]})]})}function Nd(e){let t=To.value,n=yt.value??Ct.value,r=e.parentElement;if(t===null||n===null||r===null)return;let{x:o,y:l}=bd(t.scene,n),[i,a]=[o/t.ratio,l/t.ratio],f=14,{offsetWidth:p,offsetHeight:b}=e,g=i+f+p<=r.clientWidth,m=(C,M)=>Math.round(Math.max(4,Math.min(C,M))),_=m(g?i+f:i-f-p,r.clientWidth-p-4),S=m(a-b/2,r.clientHeight-b-4);e.style.transform=`translate(${_}px, ${S}px)`}function Id({reel:e}){let t=ut(null),n=yt.value??Ct.value;Zr(()=>{t.current!==null&&Nd(t.current)}),rt(()=>{t.current!==null&&Nd(t.current)},[n]);let r=n!==null&&n<e.samples.n?n:null;return c("div",{ref:t,class:"tooltip",role:"tooltip",hidden:r===null,children:r!==null&&c(We,{children:[c("header",{children:[c("b",{children:["#",e.samples.id[r]]}),c("span",{class:"faint",children:e.probe.splits[e.samples.split[r]??0]??""}),r===Ct.value&&c("span",{class:"pin",children:"pinned"})]}),c("div",{class:"tooltip-body",children:[c(Cb,{reel:e,sample:r}),c(Lb,{reel:e,sample:r})]}),c(Mb,{reel:e,sample:r}),c(Pb,{reel:e,sample:r})]})})}var Fb=10,Db=3,Ob=.0016,Nb=16;function Ib(e,t){let n=new AbortController,{signal:r}=n,o=null,l=null,i=0,a=g=>{let{left:m,top:_}=e.getBoundingClientRect();return{x:g.clientX-m,y:g.clientY-_}},f=()=>({width:e.clientWidth,height:e.clientHeight,aspect:ya(t.film.extent)}),p=({x:g,y:m})=>{let _=To.peek();return _===null?null:vd(_.scene,g*_.ratio,m*_.ratio,Fb*_.ratio)},b=()=>{i=0,l!==null&&(yt.value=p(l))};return e.addEventListener("pointerdown",g=>{g.button===0&&(e.setPointerCapture(g.pointerId),o={...a(g),moved:!1})},{signal:r}),e.addEventListener("pointermove",g=>{let{x:m,y:_}=a(g);if(o===null){l={x:m,y:_},i===0&&(i=requestAnimationFrame(b));return}!o.moved&&Math.hypot(m-o.x,_-o.y)<Db||(Rt.value=Uc(Rt.peek(),f(),m-o.x,_-o.y),yt.value=null,o={x:m,y:_,moved:!0})},{signal:r}),e.addEventListener("pointerup",g=>{o!==null&&!o.moved&&(Ct.value=p(a(g))),o=null},{signal:r}),e.addEventListener("pointercancel",()=>o=null,{signal:r}),e.addEventListener("pointerleave",()=>{l=null,yt.value=null},{signal:r}),e.addEventListener("wheel",g=>{g.preventDefault();let{x:m,y:_}=a(g),S=g.deltaMode===WheelEvent.DOM_DELTA_LINE?g.deltaY*Nb:g.deltaY;Rt.value=Ic(Rt.peek(),f(),Math.exp(-S*Ob),m,_)},{signal:r,passive:!1}),()=>{n.abort(),cancelAnimationFrame(i)}}function Ub(e){let t=Ct.value,n=t===null?"":` Sample ${e.samples.id[t]} is selected.`;return`${Ut(e.samples.n)} samples as dots over the model's decision regions, step ${_t.value}, coloured by ${Oe.value}.${n}`}function Hb({reel:e}){let t=Tt(()=>Bo(he.value,e.steps)),n=Tt(()=>Tn.value.fraction>0);return c("div",{class:"badges",children:[n.value&&c("span",{class:"badge",children:t}),Wl.value&&c("span",{class:"badge",title:"Two principal components of all steps. The fitted film keeps neighbours better and shows how well.",children:"PCA preview"}),!ao.value&&c("span",{class:"badge",role:"status",children:e.frames.failure(zt.value)??"loading"})]})}function Ud({reel:e}){let t=ut(null),n=ut(null),r=vt({width:0,height:0}),o=Tt(()=>Ub(e)),l=Jn.value,i=vt(null);return rt(()=>{let a=t.current;if(a===null)return;let f=()=>{let{clientWidth:b,clientHeight:g}=a;b>0&&g>0&&(r.value={width:b,height:g})},p=new ResizeObserver(f);return p.observe(a),f(),()=>p.disconnect()},[]),rt(()=>{if(n.current!==null)try{let a=new Fi(n.current,r);return()=>a.destroy()}catch(a){i.value=a instanceof Error?a.message:String(a);return}},[l]),rt(()=>n.current===null?void 0:Ib(n.current,e),[e,l]),Zr(()=>{n.current!==null&&(n.current.style.cursor=yt.value===null?"grab":"pointer")}),c("div",{class:"stage",ref:t,children:[c("canvas",{ref:n,class:"picture",tabIndex:0,role:"img","aria-label":o},l),c(Hb,{reel:e}),c(Id,{reel:e}),i.value!==null&&c("div",{class:"centre",role:"alert",children:i})]})}function zb(e){let t=Math.max(1,...e.map(({flips:n})=>n??0));return e.map(({flips:n},r)=>{let o=Math.sqrt((n??0)/t);return o===0?"":`M${r-.38} 1v-${o.toFixed(3)}h.76v${o.toFixed(3)}z`}).join("")}function $b({reel:e}){let t=e.steps.length,n=Tt(()=>zb(e.film.steps)).value,r=Tt(()=>{no.value;let l=hf(e.frames.loaded()).map(([a,f])=>`M${a-.5} 0H${f+.5}V1H${a-.5}z`).join(""),i=[...e.frames.failures.keys()].map(a=>`M${a-.5} 0h1v1h-1z`).join("");return{buffered:l,failed:i}}),o=Math.max(1,t-1);return c("div",{class:"track","aria-hidden":"true",children:[c("svg",{class:"flips",viewBox:`0 0 ${o} 1`,preserveAspectRatio:"none",children:c("path",{d:n})}),c("svg",{class:"buffered",viewBox:`0 0 ${o} 1`,preserveAspectRatio:"none",children:[c("path",{d:r.value.buffered}),c("path",{class:"failed",d:r.value.failed})]})]})}function Wb({step:e,flips:t,accuracy:n},r){let o=[`step ${e}`];r>0&&t!==null&&o.push(`${Ut(t)} flips`);for(let[l,i]of Object.entries(n??{}))i!==null&&o.push(`${l} ${mn(i)}`);return o.join(" \xB7 ")}var Oi=14;function Gb({reel:e}){let t=e.steps.length,n=vt(null),r=Tt(()=>`${Bo(he.value,e.steps)}, ${zt.value+1} of ${t}`),o=i=>{let{left:a,width:f}=i.currentTarget.getBoundingClientRect(),p=Math.min(1,Math.max(0,(i.clientX-a-Oi/2)/(f-Oi))),b=Math.round(p*(t-1));n.value={x:Oi/2+(t===1?0:b/(t-1))*(f-Oi),index:b}},l=n.value===null?void 0:e.film.steps[n.value.index];return c("div",{class:"scrub",onPointerMove:o,onPointerLeave:()=>n.value=null,children:[c($b,{reel:e}),c("input",{class:"scrub-input",type:"range","aria-label":"Step",min:0,max:Math.max(0,t-1),step:"any",disabled:t<2,value:he,"aria-valuetext":r,onPointerDown:()=>ro.value=!0,onInput:({currentTarget:i})=>An(Number(i.value)),onChange:({currentTarget:i})=>{ro.value=!1,An(Math.round(Number(i.value)))},onPointerUp:()=>ro.value=!1}),n.value!==null&&l!==void 0&&c("div",{class:"scrub-peek",style:{left:`${n.value.x}px`},"aria-hidden":"true",children:Wb(l,n.value.index)})]})}function Bb(){return c("button",{type:"button",class:"primary play",disabled:Qt.value<2,"aria-label":Le.value?"Pause":"Play",title:Le.value?"Pause (Space)":"Play (Space)",onClick:ql,children:c(Gt,{name:Le.value?"pause":"play"})})}function Vb(){let e=he.value<=0,t=he.value>=Qt.value-1,n=[{icon:"first",label:"First step",keys:"Home",onClick:Zl,disabled:e},{icon:"previous",label:"Previous step",keys:"\u2190",onClick:()=>qn(-1),disabled:e},{icon:"next",label:"Next step",keys:"\u2192",onClick:()=>qn(1),disabled:t},{icon:"last",label:"Last step",keys:"End",onClick:Ql,disabled:t}],r=({icon:o,label:l,keys:i,onClick:a,disabled:f})=>c("button",{type:"button",class:"quiet","aria-label":l,title:`${l} (${i})`,onClick:a,disabled:f,children:c(Gt,{name:o})},o);return c(We,{children:[n.slice(0,2).map(r),c(Bb,{}),n.slice(2).map(r)]})}function Hd({reel:e}){let t=Tt(()=>Bo(he.value,e.steps));return c("section",{class:"timeline","aria-label":"Timeline",children:[c("div",{class:"transport",children:c(Vb,{})}),c("output",{class:"instant","aria-live":"off",children:[t,vr.value&&c("span",{class:"buffering",children:"buffering"})]}),c(Gb,{reel:e}),c("label",{class:"speed",children:[c("span",{class:"sr",children:"Speed"}),c("select",{value:Rn,onChange:({currentTarget:n})=>Rn.value=Number(n.value),children:oo.map(n=>c("option",{value:n,children:[n===.5?"\xBD":n," steps/s"]},n))})]}),c("button",{type:"button",class:"quiet","aria-pressed":Cn.value,"aria-label":"Loop",title:"Loop (L)",onClick:ei,children:c(Gt,{name:"loop"})})]})}var Xb=1e3;function jb(){let e=vt(""),t=Tt(()=>Z.value===null?"":Le.value?vr.value?"Buffering":"Playing":`Step ${_t.value}`);return Zr(()=>{let n=t.value,r=setTimeout(()=>e.value=n,Xb);return()=>clearTimeout(r)}),c("div",{class:"sr",role:"status","aria-live":"polite",children:e})}function zd(){let e=Z.value;return c("div",{class:`app${e===null?" empty":""}${Yn.value?" drawer-open":""}`,children:[c(cd,{}),e!==null&&c(ud,{reel:e}),c("main",{class:"middle",children:[c(gd,{}),e===null?c(hd,{}):c(Ud,{reel:e})]}),e!==null&&c(qp,{reel:e}),e!==null&&c(Hd,{reel:e}),c(fd,{}),c(jb,{})]})}var Jb=1e3,Yb=5e3,Kb=15e3,qb=2e3;function Zb(e,t,n){let r=e.runs.flatMap(({run:i,tags:a})=>a.map(({tag:f,state:p})=>({run:i,tag:f,state:p}))),o=i=>r.find(({run:a,tag:f})=>a===i.run&&(i.tag===null||f===i.tag)),l=(t===null?void 0:o(t))??o(n)??r.find(({state:i})=>i==="fitted")??r[0];return l===void 0?null:{run:l.run,tag:l.tag}}var Qb=(e,t)=>e?.run===t?.run&&e?.tag===t?.tag,Ni=()=>["starting","running"].includes(Yt.peek()?.state??"none"),Ii=class{#e;#t=new AbortController;#n=0;#r;constructor(){let t=()=>{jo()||this.refresh()};window.addEventListener("resize",t),this.#r=[()=>window.removeEventListener("resize",t),xe(()=>{ve.value,qt.value,this.refresh()})]}refresh(){this.#n=0,this.#t.abort(),this.#t=new AbortController,clearTimeout(this.#e),this.#e=setTimeout(()=>{this.#o(this.#t.signal)},0)}destroy(){for(let t of this.#r)t();this.#t.abort(),clearTimeout(this.#e)}async#o(t){let n=Yb;try{if(jo()||await this.#l(t),t.aborted)return;gn.value=null,Ni()&&(n=Jb)}catch(r){if(t.aborted)return;gn.value=r instanceof Error?r.message:String(r),n=qb}this.#e=setTimeout(()=>{this.#o(t)},n)}async#l(t){let n=performance.now();if(ve.peek()===null||n-this.#n>Kb){let l=await yc(t);if(t.aborted)return;this.#n=n;let i=Zb(l,ve.peek(),ff());if(hn.value=l,!Qb(i,ve.peek())){ve.value=i;return}}let r=ve.peek();if(r===null||Ni()&&ot.peek()?.run===r.run&&await this.#i(r,t))return;let o=await _c(r,t);t.aborted||this.#s(o)}async#i(t,n){let r=await xc(t,n);if(n.aborted)return!0;let o=ot.peek()?.films.map(({film:i})=>i)??[],l=r.preview!==null&&!o.includes(r.preview);return Yt.value=r,Ni()&&!l}#s(t){fn(()=>{let n=Ni()&&!["starting","running"].includes(t.fit.state),r=Kt.peek();(n||r!==null&&!t.films.some(({film:l})=>l===r))&&(Kt.value=null);let o=ot.peek();JSON.stringify(o)!==JSON.stringify(t)&&(ot.value=t),Yt.value=t.fit})}};function ev(){let e=window.matchMedia("(prefers-reduced-motion: reduce)"),t=()=>{Xo.value=e.matches};return t(),e.addEventListener("change",t),()=>e.removeEventListener("change",t)}function dw(e){document.documentElement.lang="en",document.title="Time Travel";let t=new CSSStyleSheet;t.replaceSync(ec+yf),document.adoptedStyleSheets=[t];let n=Zc({onTheme:l=>{document.documentElement.dataset.theme=l?"dark":"light",yr.value=l},onHash:Ds,onReload:()=>{qt.value++}});Ds(n.hash()),Lu(c(zd,{}),e);let r=new Ii,o=[()=>r.destroy(),ev(),gf(),qc(),bf(),af(),pf(n),xe(()=>{document.title=ve.value===null?"Time Travel":`${ve.value.run} \xB7 Time Travel`}),()=>n.destroy()];vf(),window.addEventListener("pagehide",()=>{for(let l of o.splice(0))l()},{once:!0})}export{dw as start};
