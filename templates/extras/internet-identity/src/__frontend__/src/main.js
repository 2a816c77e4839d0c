import './style.css'
import {mount} from './mount'
import {mountSignIn} from './sign-in.js'

mountSignIn(document.body)
mount(document.getElementById('app'))
