import './style.css'
import {mount} from './mount'

mount(document.getElementById('app'))
